"""Executed by every kernel that `staat lab` starts: an edit of the helper package is seen at the next cell."""

from IPython import get_ipython

get_ipython().run_line_magic("load_ext", "autoreload")
get_ipython().run_line_magic("autoreload", "2")
