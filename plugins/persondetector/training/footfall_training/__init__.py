# SPDX-License-Identifier: MPL-2.0
"""Parts of the training of Footfall's person detector; the commands stand beside this folder."""
