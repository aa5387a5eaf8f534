"""Pages for a browser: a comparison, the atlas. Each is one file that asks for nothing from elsewhere."""

from specexpr.report.html.atlases import atlas_page as atlas_page
from specexpr.report.html.comparisons import comparison_page as comparison_page
