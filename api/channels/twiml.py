"""A reply as TwiML: what the phone line says, and what it then listens for."""

from collections.abc import Mapping
from dataclasses import dataclass
from textwrap import shorten, wrap

from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

from api.channels.shared import Say
from api.gateway.messages import Reply
from api.spoken import NOT_IN_XML, spoken
from ordering.settings import Settings

SECONDS_TO_ANSWER = 5
SECONDS_TO_FETCH = 15  # a personal number or a code has to be found first
CODE_DIGITS = 6
MOST_ONE_KEY_CHOICES = 9
SECONDS_TO_RING = 30  # at customer service, before the caller is offered to be called back

# Twilio's own limits: what is longer ends the call with an error.
MOST_SPOKEN = 4096
MOST_HINTS = 500
MOST_HINT = 100


@dataclass(frozen=True, slots=True)
class Voice:
    """Twilio's name of a voice, and the kind of its language that it speaks and hears ("sv-SE")."""

    name: str
    locale: str


Voices = Mapping[str, Voice]  # by language


def voices_of(settings: Settings) -> Voices:
    return {language: Voice(name, settings.speech_locales[language]) for language, name in settings.voices.items()}


def speak(
    reply: Reply, *, next_step: str, say: Say, voices: Voices, heard_also: str | None = None, taken: str | None = None
) -> str:
    """TwiML for one step of a call.

    next_step: address that Twilio posts the caller's keys or words to, silence and how a transfer went too.
    heard_also: the same, for what is said in the other language where that is listened for as well.
    taken: address that is told when somebody takes a transferred call.
    say: `texts.say`; words a choice as "Tryck 1 för ...".
    """
    response = VoiceResponse()
    if reply.transfer:
        _add_texts(response, reply, say, voices)
        dial = Dial(action=next_step, method="POST", timeout=SECONDS_TO_RING)
        dial.number(
            reply.transfer, status_callback=taken, status_callback_event="answered", status_callback_method="POST"
        )
        response.append(dial)
        return str(response)
    if reply.end:
        _add_texts(response, reply, say, voices)
        response.hangup()
        return str(response)
    in_both = reply.also_in if reply.hears_also else None
    gather = _gather(reply, next_step, voices[reply.language], last=in_both is None, hints=_hints(reply, say))
    _add_texts(gather, reply, say, voices)
    response.append(gather)
    if in_both:  # Twilio listens in one language at a time, so the other one has its turn when nothing has been heard
        other = _gather(reply, heard_also or next_step, voices[in_both], last=True, hints={})
        words = say("utter_voice_other_language_heard", channel="voice", language=in_both)
        other.say(words, **_spoken_by(in_both, voices))
        response.append(other)
    return str(response)


def _gather(reply: Reply, action: str, voice: Voice, *, last: bool, hints: dict[str, str]) -> Gather:
    """last: silence is told to us; else it leads to what comes next in the document."""
    return Gather(
        input="dtmf speech",
        action=action,
        method="POST",
        language=voice.locale,
        barge_in=True,
        action_on_empty_result=True if last else None,
        speech_timeout="auto",
        timeout=SECONDS_TO_FETCH if reply.expects in {"identity", "code"} else SECONDS_TO_ANSWER,
        **_keys(reply),
        **hints,
    )


def hold(again: str, *, say: Say, language: str, voices: Voices, longer: bool) -> str:
    """TwiML for a caller who has to wait: a word, and then the same question to us at the address `again`.

    longer: they have been told to wait before.
    """
    response = VoiceResponse()
    words = say("utter_voice_wait_longer" if longer else "utter_voice_wait", channel="voice", language=language)
    response.say(words, **_spoken_by(language, voices))
    response.redirect(again, method="POST")
    return str(response)


def _spoken_by(language: str, voices: Voices) -> dict[str, str]:
    return {"language": voices[language].locale, "voice": voices[language].name}


def _add_texts(parent: VoiceResponse | Gather, reply: Reply, say: Say, voices: Voices) -> None:
    told = [(text, reply.language) for text in (*reply.texts, _spoken_choices(reply, say))]
    if reply.also_in and not reply.hears_also:  # after the greeting, before a menu that is not understood
        offer = say("utter_voice_other_language", channel="voice", language=reply.also_in)
        told.insert(1, (offer, reply.also_in))
    for text, language in told:
        for words in wrap(spoken(text, language), MOST_SPOKEN, break_on_hyphens=False):
            parent.say(words, **_spoken_by(language, voices))


def _spoken_choices(reply: Reply, say: Say) -> str:
    return " ".join(
        say(
            "utter_voice_choice",
            channel="voice",
            language=reply.language,
            key=choice.key,
            label=choice.label.rstrip(".!?"),
        )
        for choice in reply.choices
        if choice.key
    )


def _keys(reply: Reply) -> dict[str, int | str]:
    """When the keys are complete: one key for a short menu, six for a code, # after a number of unknown length."""
    keyed = [choice for choice in reply.choices if choice.key]
    if reply.expects == "code":
        return {"num_digits": CODE_DIGITS}
    if reply.expects in {"choice", "anything"} and 0 < len(keyed) <= MOST_ONE_KEY_CHOICES:
        return {"num_digits": 1}
    return {"finish_on_key": "#"}


def _hints(reply: Reply, say: Say) -> dict[str, str]:
    told = [choice.label for choice in reply.choices]
    if reply.also_in:  # else its name would be heard as some word of this language
        told.append(say("utter_voice_language_called", channel="voice", language=reply.also_in))
    labels = (NOT_IN_XML.sub("", label).replace(",", " ") for label in told)
    words = [words for label in labels if (words := shorten(label, MOST_HINT, placeholder=""))]
    return {"hints": ", ".join(words[:MOST_HINTS])} if words else {}
