"""Small PDF files written byte by byte, in the real format, for the tests of corpus.files."""

from dataclasses import dataclass, field


@dataclass
class Page:
    """What one A4 page draws; coordinates in points from its top left corner."""

    operations: list[str] = field(default_factory=list)
    picture: bool = False

    def text(self, x: float, top: float, text: str, *, bold: bool = False, size: float = 10) -> "Page":
        escaped = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        font = "F2" if bold else "F1"
        self.operations.append(f"BT /{font} {size} Tf {x} {842 - top - size} Td ({escaped}) Tj ET")
        return self

    def lines(self, top: float, *texts: str, x: float = 60, pitch: float = 12) -> "Page":
        for rank, text in enumerate(texts):
            self.text(x, top + rank * pitch, text)
        return self

    def box(self, x0: float, top: float, x1: float, bottom: float) -> "Page":
        self.operations.append(f"{x0} {842 - bottom} {x1 - x0} {bottom - top} re S")
        return self

    def scan(self) -> "Page":
        self.picture = True
        self.operations.append("q 500 0 0 700 40 60 cm /Im1 Do Q")
        return self


def pdf_bytes(*pages: Page, title: str = "") -> bytes:
    fonts = [
        f"<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>".encode()
        for name in ("Helvetica", "Helvetica-Bold")
    ]
    image = (
        b"<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8 /Length 1 >>"
    )
    image += b"\nstream\n\x80\nendstream"
    kids = " ".join(f"{7 + 2 * rank} 0 R" for rank in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        *fonts,
        image,
        b"<< /Title (" + title.encode("latin-1") + b") >>",
    ]
    for rank, page in enumerate(pages):
        picture = "/XObject << /Im1 5 0 R >>" if page.picture else ""
        resources = f"<< /Font << /F1 3 0 R /F2 4 0 R >> {picture} >>"
        stream = "\n".join(page.operations).encode("cp1252")
        objects += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources {resources}".encode()
            + f" /Contents {8 + 2 * rank} 0 R >>".encode(),
            f"<< /Length {len(stream)} >>\nstream\n".encode() + stream + b"\nendstream",
        ]
    return _file(objects)


def _file(objects: list[bytes]) -> bytes:
    data = b"%PDF-1.4\n"
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(data))
        data += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    start = len(data)
    data += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    data += b"".join(f"{place:010d} 00000 n \n".encode() for place in places)
    data += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R /Info 6 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
    return data
