"""Each case has a test that bears its number."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from tests.trust.cases import CASES

TESTS = Path(__file__).parents[1]


def numbers_in(path: Path) -> Iterator[tuple[int, str]]:
    """Each @pytest.mark.case(number) and the name of the test under it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for mark in node.decorator_list:
                if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.case":
                    yield from ((ast.literal_eval(argument), node.name) for argument in mark.args)


def test_every_case_is_tried_and_there_are_no_others():
    tried = defaultdict(set)
    for path in TESTS.rglob("test_*.py"):
        for number, name in numbers_in(path):
            assert name.startswith("test_"), f"{name} in {path} is no test"
            tried[number].add(name)
    assert sorted(tried) == sorted(CASES) == list(range(1, 27))
