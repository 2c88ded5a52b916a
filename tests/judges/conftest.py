"""Shared by all judges: where things are, and what each rendered deployment is."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
