"""Pictures without a browser: environments, machines, automata, products, conflicts and orders."""

from specexpr.report.draw.drawings import automaton_svg as automaton_svg
from specexpr.report.draw.drawings import conflict_svg as conflict_svg
from specexpr.report.draw.drawings import environment_svg as environment_svg
from specexpr.report.draw.drawings import hasse_svg as hasse_svg
from specexpr.report.draw.drawings import machine_svg as machine_svg
from specexpr.report.draw.drawings import product_svg as product_svg
from specexpr.report.draw.palette import drawing_css as drawing_css
from specexpr.report.draw.raster import png_bytes as png_bytes
