# SPDX-License-Identifier: MPL-2.0
# Where things lie; read by setup and env, which set $root first. No side effects.
# shellcheck shell=sh disable=SC2034,SC2154

cache=${XDG_CACHE_HOME:-$HOME/.cache}/footfall
target=${CARGO_TARGET_DIR:-$root/target}
case $target in /*) ;; *) target=$root/$target ;; esac
built=$target/release/libgstfootfall.so
plugins=$target/gstreamer-1.0
plugin=$plugins/libgstfootfall.so
built_runner=$target/release/footfall-run
runner=$target/bin/footfall-run
built_doctor=$target/release/footfall-doctor
doctor=$target/bin/footfall-doctor

ort_version=1.23.2
cached_runtime=$cache/libonnxruntime.so.$ort_version
cached_clip=$cache/vtest.avi
