# SPDX-License-Identifier: MPL-2.0
"""What the commands beside this folder share. Needs nothing but Debian's python3-gi, python3-numpy and python3-cairo."""
