# SPDX-License-Identifier: MPL-2.0
"""What ends the program."""


class Broken(Exception):
    """A sentence for the user."""
