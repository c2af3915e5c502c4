"""The question as a plain HTML page that reads well on a phone and in a screen reader. Loads nothing from anywhere."""

from html import escape

from mail.question import Wording

_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
</head>
<body style="margin:0;padding:16px;background:#ffffff;color:#1a1a1a;font:16px/1.5 system-ui,sans-serif">
<div style="max-width:34em;margin:0 auto">
{content}
</div>
</body>
</html>
"""
# Of a height that a thumb meets.
_BUTTON = "display:inline-block;padding:12px 20px;border-radius:6px;background:#0b5394;color:#ffffff;font-weight:600"


def html_of(wording: Wording) -> str:
    content = [
        *map(_paragraph, (wording.greeting, *wording.before)),
        f'<p><a href="{escape(wording.link)}" style="{_BUTTON}">{escape(wording.link_text)}</a></p>',
        *map(_paragraph, wording.after),
    ]
    return _PAGE.format(title=escape(wording.subject), content="\n".join(content))


def _paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"
