"""What only the site has: a page says it in a comment, `<!-- site`, its directives, `-->`, so that the page itself can
be read as plain Markdown elsewhere. There, a line with * stands for the pages that it matches, or for none."""

import pathlib
import re

_HIDDEN = re.compile(r"^<!-- site\n(.*?)^-->$", re.MULTILINE | re.DOTALL)


def _uncover(app, docname, source):
    folder = pathlib.Path(app.srcdir)
    here = (folder / docname).parent

    def pages(line: str) -> list[str]:
        if "*" not in line:
            return [line]
        return [
            str(path.relative_to(here).with_suffix(""))
            for path in sorted(here.glob(f"{line}.md"), key=lambda path: path.stem)
        ]

    source[0] = _HIDDEN.sub(
        lambda match: "".join(f"{page}\n" for line in match[1].splitlines() for page in pages(line)), source[0]
    )


def _read_again(app, env, added, changed, removed):
    """The pages whose lists of pages another page has joined or left."""
    if not added and not removed:
        return []
    texts = {name: pathlib.Path(env.doc2path(name)).read_text(encoding="utf-8") for name in env.found_docs - set(added)}
    return [name for name, text in texts.items() if any("*" in match[1] for match in _HIDDEN.finditer(text))]


def setup(app):
    app.connect("env-get-outdated", _read_again)
    app.connect("source-read", _uncover)
    return {"parallel_read_safe": True}
