"""Whether the prescription lines and withdrawals of an import file keep the rules of their region, as the book judges.

A file does not tell everything: neither who prescribed, nor whether a withdrawal was a joint order or one that customer
service let through. What it does not tell is taken to be in order.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from ordering import rule_facts
from ordering.import_checks import Errors, line_as_known
from ordering.imported import ImportBatch, ImportedLine, ImportedPart, ImportedWithdrawal, Known, KnownLine, PersonKey
from ordering.model import Article
from ordering.use_cases.prescribing import is_of_type
from rulebook import Rulebook, facts
from rulebook.verdict import Answer

_WHOEVER_MAY = facts.Prescriber("dietitian", granted_under_16=True)
_BY_CUSTOMER_SERVICE = facts.Actor("customer_service")
_LET_THROUGH = facts.Want(joint_order=True, override_by="customer_service")
_REASONS = {
    "over_a_year": "the withdrawals last {days} days together, more than {max_days}",
    "age": "it is not prescribed to somebody of this age",
    "voided": "the line had been voided",
    "not_yet_valid": "the line had not been written",
    "expired": "the line had expired",
    "none_left": "no withdrawal was left on the line",
    "too_many": "more packages than the line gives in one withdrawal",
}


def check_rules(batch: ImportBatch, known: Known, book: Rulebook) -> tuple[Errors, Errors]:
    """What breaks a rule, and what is only unusual (P5). Every reference in the batch must be known."""
    broken: Errors = []
    unusual: Errors = []
    articles = known.articles | {(one.region, one.number): one for one in batch.articles}
    born = known.people | {one.key: one.born for one in batch.people}
    for line in batch.lines:
        _check_line(line, articles[line.region, line.article], born, book, broken, unusual)
    lines = known.lines | {line.key: line_as_known(line) for line in batch.lines}
    history: dict[tuple[str, str, int], list[facts.Withdrawn]] = {}
    for taken in sorted(batch.withdrawals, key=lambda one: one.day):
        if taken.status == "cancelled":
            continue
        for place, part in enumerate(taken.parts):
            key = (taken.region, taken.identity_number, part.number)
            before = history.setdefault(key, [])
            where = f"{taken.where}.lines[{place}]"
            _check_withdrawal(where, taken, part, lines[key], articles, before, book, broken)
            before.append(facts.Withdrawn(taken.day, taken.status, part.packages))
    return broken, unusual


def _check_line(
    line: ImportedLine,
    article: Article,
    born: Mapping[PersonKey, date | None],
    book: Rulebook,
    broken: Errors,
    unusual: Errors,
) -> None:
    """By the rules of the day it was written: P1, P5, P7, P10."""
    region, day = line.region, line.written
    # An article may come from a register without subgroups.
    if article.subgroup is not None and not is_of_type(book, region, day, article, line.prescription_type):
        broken.append((f"{line.where}.prescription_type", "the article is not prescribed under this type (P10)"))
    answer = book.prescribe(
        region=region,
        day=day,
        prescriber=_WHOEVER_MAY,
        person=facts.Person(born=born.get((region, line.identity_number))),
        area=article.area,
        article=rule_facts.of_article(article),
        amount=facts.Amount(line.days_per_withdrawal, line.withdrawals, line.packages_per_withdrawal),
        prescription_type=line.prescription_type,
    )
    if answer.reason is not None:
        broken.append((line.where, _said(answer.reason, answer)))
    if answer.warnings:
        what = f"an unusually large amount, more than {article.warn_above} packages (P5)"
        unusual.append((f"{line.where}.packages_per_withdrawal", what))


def _check_withdrawal(
    where: str,
    taken: ImportedWithdrawal,
    part: ImportedPart,
    line: KnownLine,
    articles: Mapping[tuple[str, str], Article],
    before: list[facts.Withdrawn],
    book: Rulebook,
    broken: Errors,
) -> None:
    """W4, W7, W10, P2 and P8, by what the file itself holds: what was ordered here meanwhile cannot be undone."""
    answer = book.withdraw(
        region=taken.region,
        day=taken.day,
        person=facts.Person(),
        line=facts.Line(
            written=line.written,
            area=articles[taken.region, line.article].area,
            article=line.article,
            days_per_withdrawal=line.days_per_withdrawal,
            withdrawals=line.withdrawals,
            packages_per_withdrawal=line.packages_per_withdrawal,
            # On the day itself it may have been voided after the withdrawal.
            voided=None if line.voided == taken.day else line.voided,
        ),
        history=before,
        want=replace(_LET_THROUGH, packages=part.packages),
        actor=_BY_CUSTOMER_SERVICE,
    )
    if answer.reason is not None:
        broken.append((where, _said(answer.reason, answer)))


def _said(reason: str, answer: Answer) -> str:
    return f"{_REASONS.get(reason, reason).format(**answer.numbers)} ({', '.join(answer.rules)})"
