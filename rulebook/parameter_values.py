"""The parameters that the rules use, as they stand in one region on one day. One field per key of the YAML files."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, get_type_hints

from rulebook import facts
from rulebook import parameter_forms as forms
from rulebook.delivery_days import Promise
from rulebook.delivery_details import LabelRow, Named
from rulebook.fees import FeeRow
from rulebook.parameter_forms import AccessRequests, AnswerTarget, Contact, Form, PrescriberContact
from rulebook.people import RegistrationRow
from rulebook.situations import Row
from rulebook.verdict import OpeningHours


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    # What the region has
    areas: Annotated[tuple[str, ...], forms.names]
    prescription_types: Annotated[tuple[str, ...], forms.names]
    prescription_subgroups: Annotated[Mapping[str, tuple[str, ...]], forms.names_per_name]

    # Withdrawals and prescriptions
    ways_to_order: Annotated[tuple[str, ...], forms.names]
    have_at_hand: Annotated[tuple[str, ...], forms.names]
    may_withdraw: Annotated[tuple[str, ...], forms.roles]
    prescriber_may_withdraw_own: Annotated[bool, forms.yes_no]
    waiting_fraction: Annotated[Fraction | None, forms.maybe(forms.fraction)]
    waiting_reasons: Annotated[tuple[str, ...], forms.names]
    joint_orders_wait: Annotated[bool, forms.yes_no]
    block_override_by: Annotated[tuple[str, ...], forms.roles]
    validity_days: Annotated[int, forms.whole]
    max_prescribed_days: Annotated[int, forms.whole]
    physician_below_age: Annotated[tuple[Row[int], ...], forms.rows(forms.age_row)]
    highest_age: Annotated[tuple[Row[int], ...], forms.rows(forms.age_row)]
    prescribing_rights: Annotated[tuple[Row[str], ...], forms.rows(forms.right_row)]
    areas_with_any_right: Annotated[tuple[str, ...], forms.names]
    prescriber_duties: Annotated[tuple[str, ...], forms.names]
    customer_number_digits: Annotated[int | None, forms.maybe(forms.whole)]
    exemption_needs: Annotated[tuple[str, ...] | None, forms.maybe(forms.names)]
    exemption_link_months: Annotated[int | None, forms.maybe(forms.whole)]

    # People
    registration: Annotated[tuple[Row[RegistrationRow], ...], forms.rows(forms.registration_row)]
    right_to_care: Annotated[tuple[Row[forms.Care], ...], forms.rows(forms.care_row)]

    # Delivery
    delivery_options: Annotated[tuple[Row[frozenset[str]], ...], forms.rows(forms.options_row)]
    staff_delivery_options: Annotated[tuple[Row[frozenset[str]], ...], forms.rows(forms.options_row)]
    required_details: Annotated[Mapping[str, tuple[Named, ...]], forms.details_per_option]
    notify_by: Annotated[tuple[str, ...], forms.many(forms.one_of(*facts.NOTIFY_BY))]
    tell: Annotated[Mapping[str, tuple[Named, ...]], forms.messages_per_option]
    labels: Annotated[tuple[Row[LabelRow], ...], forms.rows(forms.label_row)]
    patient_named_in_note: Annotated[tuple[str, ...], forms.names]
    diagnosis_words: Annotated[tuple[str, ...], forms.names]
    adult_age: Annotated[int, forms.whole]
    left_outside_needs_way_in: Annotated[bool, forms.yes_no]
    carriers: Annotated[tuple[Row[tuple[str, ...]], ...], forms.rows(forms.carriers_row)]
    booking_call_from: Annotated[str | None, forms.maybe(forms.text)]
    delivery_hours: Annotated[tuple[str, str] | None, forms.maybe(forms.hours)]
    pickup_days: Annotated[int | None, forms.maybe(forms.whole)]
    delivery_promise: Annotated[tuple[Row[Promise], ...], forms.rows(forms.promise_row)]
    distributor_working_days: Annotated[int | None, forms.maybe(forms.whole)]
    overdue_after_working_days: Annotated[int | None, forms.maybe(forms.whole)]
    contact_about_special_articles: Annotated[bool, forms.yes_no]
    urgent_may_be_asked_by: Annotated[tuple[str, ...] | None, forms.maybe(forms.many(forms.one_of(*facts.ASKERS)))]
    urgent_only_listed: Annotated[bool, forms.yes_no]
    urgent_never_kinds: Annotated[tuple[str, ...], forms.kinds]
    express_areas: Annotated[tuple[str, ...] | None, forms.maybe(forms.names)]
    joint_areas: Annotated[tuple[str, ...], forms.names]

    # Fees
    fees: Annotated[tuple[Row[FeeRow], ...], forms.rows(forms.fee_row)]
    fees_invoiced: Annotated[str | None, forms.maybe(forms.one_of("monthly"))]

    # Complaints
    complaint_days: Annotated[int | None, forms.maybe(forms.whole)]
    supplier_takes_defects_of: Annotated[tuple[str, ...], forms.kinds]
    never_returned_kinds: Annotated[tuple[str, ...], forms.kinds]
    leftovers_returnable: Annotated[bool, forms.yes_no]

    defect_reports: Annotated[Mapping[str, str] | None, forms.maybe(forms.text_per_name(*forms.REPORTERS))]
    mailbox: Annotated[str | None, forms.maybe(forms.text)]

    # Customer service
    customer_service: Annotated[Contact, forms.contact]
    opening_hours: Annotated[OpeningHours | None, forms.maybe(forms.opening_hours)]
    phone_menu: Annotated[Mapping[str, str], forms.menu]
    busy_times: Annotated[tuple[str, ...], forms.names]
    prescriber_contact: Annotated[PrescriberContact, forms.prescriber_contact]
    access_requests: Annotated[AccessRequests, forms.access_requests]
    answer_target: Annotated[AnswerTarget | None, forms.maybe(forms.answer_target)]


FORMS: dict[str, Form] = {
    key: hint.__metadata__[0] for key, hint in get_type_hints(Parameters, include_extras=True).items()
}
