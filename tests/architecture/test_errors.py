"""One code, three doors: every error has an HTTP status and an entry in the docs."""

import re
from pathlib import Path

from api.problems import STATUS
from models.errors import BY_CODE, RightnowError, leaves

PAGE = Path(__file__).parent.parent.parent / "docs" / "reference" / "problems.md"


def _ours() -> list[type[RightnowError]]:
    return list(leaves())


def test_every_error_has_one_code_and_one_status() -> None:
    codes = [leaf.code for leaf in _ours()]
    assert len(codes) == len(set(codes))
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", code) for code in codes)
    assert {leaf for leaf in _ours() if leaf not in STATUS} == set()
    assert set(BY_CODE) >= set(codes)


def test_the_tree_at_the_top_of_the_file_is_the_tree() -> None:
    import models.errors

    drawn = models.errors.__doc__ or ""
    for leaf in _ours():
        assert leaf.__name__ in drawn
        assert leaf.code in drawn


def problems_page() -> str:
    """The reference page, from the errors themselves."""
    rows = [
        f"| `{leaf.code}` | {STATUS[leaf]} | {leaf.title} |"
        f" {(leaf.__doc__ or '').splitlines()[0]} | {'yes' if leaf.retryable else 'no'} |"
        for leaf in _ours()
    ]
    return "\n".join(
        [
            "# Problems",
            "",
            "Every error of the API is `application/problem+json` (RFC 9457) with one of these",
            "codes. This page is made from `models/errors.py`; a test says when it is not current:",
            "`python -m tests.architecture.test_errors` renews it.",
            "",
            "| code | status | title | meaning | try again? |",
            "|---|---|---|---|---|",
            *rows,
            "",
        ]
    )


def test_the_reference_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == problems_page()


if __name__ == "__main__":
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(problems_page(), encoding="utf-8")
