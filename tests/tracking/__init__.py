# SPDX-License-Identifier: MPL-2.0
"""The parts of tests/bench-tracking."""
