"""XML as editors read it: one declaration, one type, what one should know as a comment."""

from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from search.handover.names import one_line


def document(root: Element, kind: str, remarks: Sequence[str]) -> str:
    """The whole of it; texts below `root` are escaped, and hold no character that XML does not know."""
    indent(root)
    comments = [f"<!-- {one_line(remark).replace('--', '- -')} -->" for remark in remarks]
    head = ['<?xml version="1.0" encoding="UTF-8"?>', f"<!DOCTYPE {kind}>", *comments]
    return "\n".join([*head, tostring(root, encoding="unicode")]) + "\n"


def put(parent: Element, tag: str, text: object) -> Element:
    """One more element that holds a text."""
    element = SubElement(parent, tag)
    element.text = one_line(str(text))
    return element
