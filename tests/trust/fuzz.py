"""One of the tests in test_fuzz.py, led by which code its inputs reach (libFuzzer, by way of atheris).

    uv run --with atheris python -m tests.trust.fuzz NAME [-max_total_time=SECONDS ...]

NAME: part of the test's name. Ends at the first input that fails, and prints it.
"""

import sys

import atheris

with atheris.instrument_imports(include=["api", "ordering", "rulebook"]):
    from tests.trust import test_fuzz


def main(name: str, options: list[str]) -> None:
    tests = [test for told, test in vars(test_fuzz).items() if told.startswith("test_") and name in told]
    if len(tests) != 1:
        sys.exit(f"{len(tests)} tests have {name!r} in their name")
    atheris.Setup([sys.argv[0], *options], tests[0].hypothesis.fuzz_one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
