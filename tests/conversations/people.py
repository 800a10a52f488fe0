"""The people of the demo, as the tests call them. `mobile` is where their codes go."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Patient:
    region: str
    identity_number: str
    mobile: str = "+46701740699"  # in nobody's record


ANNA = Patient("vg", "198501012382", "+46701740605")  # may order; three lines, two payers
ERIK = Patient("vg", "198501012390", "+46701740606")  # too early
MARIA = Patient("vg", "199001012385", "+46701740607")  # on its way; mother of Elias
ELIAS = Patient("vg", "202001012398", MARIA.mobile)  # a child
JOHAN = Patient("vg", "200101012391", "+46701740608")  # continuous glucose monitoring
AMIRA = Patient("vg", "19780314K080", "+46701740609")  # none left
LARS = Patient("vg", "19560823M094", "+46701740610")  # expired; shares a mobile
INGER = Patient("vg", "19590412K100", LARS.mobile)
KARIN = Patient("vg", "191401682396", "+46701740611")  # protected
SIGNE = Patient("skane", "189001019802", "+46701740612")  # incontinence
SARA = Patient("skane", "19680214EP01", "+46701740613")  # daughter of Signe, nothing of her own
TESFAY = Patient("skane", "50-991234/6", "+46701740614")  # asylum seeker
EMMA = Patient("skane", "19930711CL05", "+46701740615")  # special foods, coeliac
GORAN = Patient("skane", "19480207GD01")  # no mobile
STRANGER = Patient("vg", SIGNE.identity_number)  # known in another region only
