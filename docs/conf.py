"""The site: Sphinx reads the pages of docs/ and the docstrings of the installed package. tools/site.sh builds it."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent / "site"))

import lacuna  # noqa: E402

project = "Lacuna"
author = copyright = "the authors of Lacuna, Apache License 2.0"
version = release = lacuna.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.autosummary", "docstrings", "api_pages", "hidden"]
exclude_patterns = ["site"]
myst_heading_anchors = 3  # Links to headings are those of GitHub.
# A page may leave a level of headings out.
suppress_warnings = ["myst.header"]
nitpicky = True
smartquotes = False  # Quotes in the text are often code.

autodoc_member_order = "bysource"
autodoc_typehints = "none"  # Most arguments take several types, which their descriptions tell.
autodoc_class_signature = "mixed"
python_use_unqualified_type_names = True
add_module_names = False

html_theme = "pydata_sphinx_theme"
html_title = "Lacuna"
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {
    "header_links_before_dropdown": 5,
    "navigation_with_keys": False,
    "show_prev_next": True,
    "show_toc_level": 2,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
}
html_sidebars = {"quick_start": [], "questions": [], "performance": [], "changes": [], "tutorial": []}
