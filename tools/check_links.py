"""Fails if a page of the site links to a file or an anchor that is not there: `check_links.py build/site/html`. Links
to other sites are not followed, and those that Doxygen makes among its own pages, in cpp_api, are its own affair."""

import functools
import pathlib
import sys
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit


class _Page(HTMLParser):
    """The links of a page, with their lines, and its anchors."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: dict[str, int] = {}
        self.anchors: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if value and name in ("href", "src"):
                self.links.setdefault(value, self.getpos()[0])
            elif value and (name == "id" or (name == "name" and tag == "a")):
                self.anchors.add(value)


def check(folder: pathlib.Path) -> list[str]:
    """A line for each link to nowhere."""
    folder = folder.resolve()
    read = functools.cache(lambda path: _Page(path.read_text(encoding="utf-8")))
    found = []
    for path in sorted(folder.rglob("*.html")):
        if path.relative_to(folder).parts[0] in ("_static", "cpp_api"):
            continue
        for link, line in read(path).links.items():
            parts = urlsplit(link)
            if parts.scheme or parts.netloc or link in ("#", ""):
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            anchor = unquote(parts.fragment)
            if not target.exists():
                fault = "there is no such file"
            elif anchor and target.suffix == ".html" and anchor not in read(target).anchors:
                fault = "there is no such anchor"
            else:
                continue
            found.append(f"{path.relative_to(folder)}:{line}: {fault}. Received: link={link!r}.")
    return found


def main() -> int:
    found = check(pathlib.Path(sys.argv[1]))
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
