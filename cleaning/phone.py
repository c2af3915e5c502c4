"""Clean a phone number as people and spreadsheets leave it; which digits are one, the library phonenumbers knows."""

import re
import unicodedata
from typing import Final

from phonenumbers import (
    CountryCodeSource,
    NumberParseException,
    PhoneNumber,
    PhoneNumberFormat,
    format_number,
    is_possible_number,
    is_valid_number,
    parse,
)

from cleaning.spreadsheet_cell import LostInSpreadsheet, digits_of_number, plain_cell
from cleaning.text import clean_line

DEFAULT_REGION: Final = "US"
"""The country of a number without a country code (ISO 3166-1, two letters); to become a connection's setting."""
LONGEST: Final = 60

_QUOTES: Final = '"\u201c\u201d\u201e'
_MOST: Final = 10
_DIGITS: Final = range(7, 16)
# `;` stands within a `tel:` address as well.
_BETWEEN: Final = re.compile(
    r":::|;(?!\s*(?:ext|isub|phone-context))|[|\r\n\v\f\x85\u2028\u2029]|\s(?:or|and|&)\s", re.IGNORECASE
)
_PERHAPS_BETWEEN: Final = re.compile(r"(?=[,/]|\s\+)")
_SCHEME: Final = re.compile(r"(?:tel|sms|callto):(?://)?", re.IGNORECASE)
_KINDS: Final = "(?:tele)?phone|tel|mobile|mob|cell|home|work|office|direct|whatsapp"
_LABEL: Final = re.compile(rf"\A(?:{_KINDS}|[tmpchw])\b(?:\s*(?:number|no))?[.:\s]*(?=[+(\d])", re.IGNORECASE)
_LABEL_BEHIND: Final = re.compile(
    rf"\s*[(\[][^\d()\[\]]{{1,20}}[)\]]$|(?<=\d)[\s,\-\u2013]+(?:{_KINDS})$", re.IGNORECASE
)
# The library knows fewer words; what is kept stays as it was written.
_EXTENSION: Final = re.compile(
    r"(?<=[\d)])[\s,;]*[(\[]?(?:e?xt(?:ensi[o\u00f3]n?|n)?|durchwahl|dw|klappe|poste|ramal|int(?:erno)?|toestel|[xpw])"
    r"[.:=\s]*(\d{1,7})[)\]]?$",
    re.IGNORECASE,
)
_GROUPED_DECIMAL: Final = re.compile(r"(\+?\d{1,3}(?: \d{3})+)[.,]0+")
_WITH_COUNTRY_CODE: Final = (
    CountryCodeSource.FROM_NUMBER_WITH_PLUS_SIGN,
    CountryCodeSource.FROM_NUMBER_WITH_IDD,
)


class NotAPhone(ValueError):  # noqa: N818 - says what it is
    """`reason` goes on after "the phone number"; it quotes nothing of it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def split_phones(text: str) -> list[str]:
    """The numbers that somebody wrote into one field, each still as it was written."""
    if len(text) > _MOST * LONGEST:
        return [text]
    numbers: list[str] = []
    for some in _BETWEEN.split(text):
        first = len(numbers)
        for part in _PERHAPS_BETWEEN.split(some):
            # `0049/30.123456` and `+1 415 555 0100,,12` are one number each.
            if numbers[first:] and min(_count_digits(numbers[-1]), _count_digits(part)) < _DIGITS.start:
                numbers[-1] += part
            else:
                numbers.append(part.lstrip(",/"))
    return [number for number in numbers if clean_line(number)]


def clean_phone(text: str, region: str = DEFAULT_REGION) -> str:
    """The one number in `text`, as it was written and with its extension; one without country code stays so.

    Raises NotAPhone.
    """
    line = _unwrapped(text)
    _number(line, region)
    return line


def e164_phone(text: str, region: str = DEFAULT_REGION) -> str | None:
    """The number to send text messages to, as `+14155550100`; None for none, and for one with an extension.

    With a country code its length must be right; without one it must be valid in `region`: a guess may text a stranger.
    """
    try:
        number = _number(_unwrapped(text), region)
    except NotAPhone:
        return None
    names_country = number.country_code_source in _WITH_COUNTRY_CODE
    if number.extension or not (is_possible_number(number) if names_country else is_valid_number(number)):
        return None
    return format_number(number, PhoneNumberFormat.E164)


def _unwrapped(text: str) -> str:
    try:
        line = clean_line(digits_of_number(plain_cell("".join(map(_ascii, text))).strip(_QUOTES)))
    except LostInSpreadsheet as lost:
        raise NotAPhone(lost.reason) from None
    line = _LABEL_BEHIND.sub("", _LABEL.sub("", _SCHEME.sub("", line, count=1), count=1))
    line = line.strip(f" .,;:{_QUOTES}")
    return found[1] if (found := _GROUPED_DECIMAL.fullmatch(line)) else line


def _ascii(char: str) -> str:
    return str(unicodedata.decimal(char)) if char.isdecimal() else "+" if char in "\uff0b\ufe62" else char


def _number(line: str, region: str) -> PhoneNumber:
    if len(line) > LONGEST:
        raise NotAPhone(f"is longer than {LONGEST} characters")
    number = _parsed(line, region)
    # Letters may only stand in the words before an extension: others would be taken for digits, as in 800-FLOWERS.
    before_letters = re.split(r"[^\W\d_]", line, maxsplit=1)[0]
    own_digits = _count_digits(before_letters)
    if before_letters == line:
        own_digits -= len(number.extension or "")
    if before_letters != line and _parsed(before_letters, region).national_number != number.national_number:
        raise NotAPhone("has words in it")
    names_country = number.country_code_source in _WITH_COUNTRY_CODE
    if names_country and not is_possible_number(number):
        raise NotAPhone("has too few or too many digits for its country")
    if not names_country and own_digits not in _DIGITS:
        raise NotAPhone(f"has less than {_DIGITS.start} or more than {_DIGITS.stop - 1} digits")
    return number


def _parsed(line: str, region: str) -> PhoneNumber:
    try:
        dialled = _EXTENSION.sub(r" ext. \1", re.sub(r"^00", "+", line))
        return parse(dialled, region, keep_raw_input=True)
    except NumberParseException:
        raise NotAPhone("is no number that can be dialled") from None


def _count_digits(text: str) -> int:
    return sum(map(str.isdigit, text))
