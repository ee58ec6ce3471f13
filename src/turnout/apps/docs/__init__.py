"""Tables of the code -> blocks of the documentation: what a page tells of the code is made from the code.

A page is written by hand, and holds places for blocks, each between two marks:

    <!-- generated: statuses -->
    <!-- end -->

`python -m turnout.apps.docs` fills them; with `--check` it only tells which pages are not current.
"""
