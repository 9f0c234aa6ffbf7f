"""Makes the small files beside it with Python's own libraries, Pillow and, where those write no such format, by its specification.

    python make.py            # needs Pillow, for the scan
"""
import base64, gzip, hashlib, io, mailbox, os, struct, time, zipfile, zlib
from email.message import EmailMessage
from email.header import Header
from PIL import Image

here = os.path.dirname(os.path.abspath(__file__))
def put(name, data):
    with open(os.path.join(here, name), "wb") as file:
        file.write(data if isinstance(data, bytes) else data.encode())

# --- EPUB -----------------------------------------------------------------------------------------------------------
container = """<?xml version="1.0"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>"""
opf = """<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:identifier id="id">urn:x</dc:identifier>
<dc:title>论语 &amp; more</dc:title><dc:language>zh-CN</dc:language><dc:rights>Public domain</dc:rights></metadata>
<manifest>
<item id="two" href="text/two%20.xhtml" media-type="application/xhtml+xml"/>
<item id="one" href="text/one.xhtml" media-type="application/xhtml+xml"/>
<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
<item id="ads" href="text/ads.xhtml" media-type="application/xhtml+xml"/>
<item id="css" href="style.css" media-type="text/css"/>
<item id="toc" href="toc.html" media-type="application/xhtml+xml"/>
</manifest>
<spine><itemref idref="nav"/><itemref idref="toc"/><itemref idref="one"/><itemref idref="ads" linear="no"/><itemref idref="two"/></spine>
<guide><reference type="toc" href="toc.html"/></guide>
</package>"""
def chapter(title, body):
    return f"""<?xml version="1.0" encoding="utf-8"?>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" lang="zh"><head><title/>
<link rel="stylesheet" href="../style.css"/></head><body><h1>{title}</h1>{body}</body></html>"""
chapters = {
    "OEBPS/text/one.xhtml": chapter("学而", "<p>学<ruby>而<rp>(</rp><rt>ér</rt><rp>)</rp></ruby>时习之，\n<a id='p1'/>不亦说乎？<a epub:type='noteref' href='#n'>1</a></p>"
        "<aside epub:type='footnote' id='n'><p>说，通悦。</p></aside><span epub:type='pagebreak' title='2'>2</span>"),
    "OEBPS/text/two .xhtml": chapter("为政", "<header><p>第二篇</p></header><p>为政以德，譬如北辰。</p><script/>"),
    "OEBPS/text/ads.xhtml": chapter("Buy", "<p>Other books</p>"),
    "OEBPS/nav.xhtml": chapter("Contents", "<nav epub:type='toc'><ol><li><a href='text/one.xhtml'>学而</a></li></ol></nav>"),
    "OEBPS/toc.html": chapter("Contents", "<p><a href='text/one.xhtml'>学而</a></p>"),
    "OEBPS/style.css": "p { margin: 0 }",
}
def epub(name, extra={}):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        def add(path, text, how=zipfile.ZIP_DEFLATED):
            archive.writestr(zipfile.ZipInfo(path), text, compress_type=how)
        add("mimetype", "application/epub+zip", zipfile.ZIP_STORED)
        add("META-INF/container.xml", container)
        for path, text in {"OEBPS/book.opf": opf, **chapters, **extra}.items():
            add(path, text)
    put(name, out.getvalue())
def encryption(algorithm):
    return {"META-INF/encryption.xml": f"""<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container" xmlns:enc="http://www.w3.org/2001/04/xmlenc#">
<enc:EncryptedData><enc:EncryptionMethod Algorithm="{algorithm}"/><enc:CipherData><enc:CipherReference URI="OEBPS/text/one.xhtml"/></enc:CipherData></enc:EncryptedData></encryption>"""}
epub("book.epub", encryption("http://www.idpf.org/2008/embedding"))  # scrambled fonts are no protection of the text
epub("protected.epub", encryption("http://www.w3.org/2001/04/xmlenc#aes256-cbc"))

# --- PDF (ISO 32000-1), text drawn line by line ---------------------------------------------------------------------
def pdf(pages, key=None, info=b"", pack=True):
    """`pages`: lists of (x, y, size, text); `key`: encrypts strings and streams with RC4 (7.6.2)."""
    objects = {}
    def crypt(number, data):
        if key is None:
            return data
        k = hashlib.md5(key + struct.pack("<I", number)[:3] + b"\0\0").digest()[:10]
        s = list(range(256)); j = 0
        for i in range(256):
            j = (j + s[i] + k[i % len(k)]) % 256; s[i], s[j] = s[j], s[i]
        i = j = 0; out = bytearray()
        for byte in data:
            i = (i + 1) % 256; j = (j + s[i]) % 256; s[i], s[j] = s[j], s[i]
            out.append(byte ^ s[(s[i] + s[j]) % 256])
        return bytes(out)
    kids = []
    for index, lines in enumerate(pages):
        page, content = 4 + 2 * index, 5 + 2 * index
        text = b"BT\n" + b"".join(b"/F1 %g Tf 1 0 0 1 %g %g Tm (%s) Tj\n" % (size, x, y, line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)").encode("cp1252"))
                                  for x, y, size, line in lines) + b"ET"
        packed = crypt(content, zlib.compress(text) if pack else text)
        objects[page] = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents %d 0 R >>" % content
        objects[content] = b"<< /Length %d %s>>\nstream\n" % (len(packed), b"/Filter /FlateDecode " if pack else b"") + packed + b"\nendstream"
        kids.append(b"%d 0 R" % page)
    objects[1] = b"<< /Type /Catalog /Pages 2 0 R /Lang (en-GB) >>"
    objects[2] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(pages), b" ".join(kids))
    objects[3] = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
    out = b"%PDF-1.4\n"; places = {}
    for number in sorted(objects):
        places[number] = len(out)
        out += b"%d 0 obj\n" % number + objects[number] + b"\nendobj\n"
    start = len(out); size = max(objects) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n" % size + b"".join(b"%010d 00000 n \n" % places[n] for n in range(1, size))
    return out + b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (size, info, start)

left = ["The wind was low and the sea lay", "flat as a plate, so that the crew sat", "in the shade of the sail and told sto-",
        "ries of other seas, of well-known", "islands and of those that no one has", "ever found again. Then the well-", "known wind came back."]
right = ["On the second day a sail was seen in", "the north. Nobody spoke. The captain", "looked at it for a long time through",
         "his glass and went below, and when", "he came back he had put on his coat", "and his hat, as if he were to go", "ashore that same hour."]
numbers = ["", "Once", "Later", "Then", "Again", "Often", "Last"]
def paper(n):
    lines = [(200 if n % 2 else 90, 750, 9, "A Voyage to the North" if n % 2 else "Collected Papers, Volume 7")]
    if n == 1:
        lines.append((90, 700, 16, "A Voyage to the North, with notes"))
    top = 660
    # drawn row by row, as some programs do, across both columns
    for row, (a, b) in enumerate(zip(left, right)):
        # a first line that is the same on all pages would be taken for a head
        lines += [(72, top - 12 * row, 10, f"{numbers[n]} {a[0].lower()}{a[1:]}" if row == 0 else a), (320, top - 12 * row, 10, b)]
    # the foot of the right column differs, too
    return lines + [(320, top - 96, 10, f"It was {numbers[n].lower()} to be so."), (300, 40, 9, str(n + 16))]
put("paper.pdf", pdf([paper(n) for n in range(1, 7)]))
put("plain.pdf", pdf([paper(1), paper(2)], pack=False))  # for the fuzzer, which sees what is not packed
def named_map(cmap, ordering, data):
    """One line in a font that is not in the file, its codes by one of Adobe's predefined maps (9.7.5.2)."""
    drawn = b"BT /F1 12 Tf 72 700 Td <" + data.hex().encode() + b"> Tj ET"
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Count 1 /Kids [4 0 R] >>",
        b"<< /Type /Font /Subtype /Type0 /BaseFont /Song /Encoding /%s /DescendantFonts [6 0 R] >>" % cmap.encode(),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents 5 0 R >>",
        b"<< /Length %d >>\nstream\n" % len(drawn) + drawn + b"\nendstream",
        b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /Song /CIDSystemInfo << /Registry (Adobe) /Ordering (%s) /Supplement 0 >> /FontDescriptor 7 0 R >>" % ordering.encode(),
        b"<< /Type /FontDescriptor /FontName /Song /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>"]
    out = b"%PDF-1.4\n"; places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out)); out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    return out + b"xref\n0 8\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % at for at in places) + b"trailer\n<< /Size 8 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(out)
put("map-unigb.pdf", named_map("UniGB-UCS2-H", "GB1", "学而时习之，不亦说乎？".encode("utf-16-be")))
put("map-gbk.pdf", named_map("GBK-EUC-H", "GB1", "ABC 学而时习之，不亦说乎？".encode("gbk")))
put("map-big5.pdf", named_map("ETen-B5-H", "CNS1", "學而時習之，不亦說乎？".encode("big5")))
put("map-japan.pdf", named_map("90ms-RKSJ-H", "Japan1", "学びて時に之を習う、ｱｲｳ。".encode("cp932")))
put("map-korea.pdf", named_map("KSCms-UHC-H", "Korea1", "배우고 때때로 익히면".encode("cp949")))
scan = io.BytesIO()
Image.new("1", (80, 100), 1).save(scan, "PDF", creationDate=time.gmtime(0), modDate=time.gmtime(0))
put("scan.pdf", scan.getvalue())
pad = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")
def locked(user):  # 7.6.3.3, revision 2: 40 bits
    def rc4(key, data):
        s = list(range(256)); j = 0
        for i in range(256):
            j = (j + s[i] + key[i % len(key)]) % 256; s[i], s[j] = s[j], s[i]
        i = j = 0; out = bytearray()
        for byte in data:
            i = (i + 1) % 256; j = (j + s[i]) % 256; s[i], s[j] = s[j], s[i]
            out.append(byte ^ s[(s[i] + s[j]) % 256])
        return bytes(out)
    word = (user + pad)[:32]
    o = rc4(hashlib.md5(word).digest()[:5], word)
    key = hashlib.md5(word + o + struct.pack("<i", -4) + b"0123456789abcdef").digest()[:5]
    u = rc4(key, pad)
    return pdf([paper(1)], key=key, info=b"/ID [<%s> <%s>] /Encrypt << /Filter /Standard /V 1 /R 2 /O <%s> /U <%s> /P -4 >>" % (
        b"0123456789abcdef".hex().encode(), b"0123456789abcdef".hex().encode(), o.hex().encode(), u.hex().encode()))
put("locked.pdf", locked(b"secret"))

# --- WARC (ISO 28500), a gzip member a record -----------------------------------------------------------------------
def record(kind, body, uri=None, media="application/http; msgtype=response", n=0, extra=()):
    head = [b"WARC/1.0", b"WARC-Type: " + kind, b"WARC-Date: 2024-05-01T00:00:00Z", b"WARC-Record-ID: <urn:uuid:0000%04d-0000-0000-0000-000000000000>" % n]
    if uri: head.append(b"WARC-Target-URI: " + uri)
    head += [*extra, b"Content-Type: " + media.encode(), b"Content-Length: %d" % len(body)]
    return b"\r\n".join(head) + b"\r\n\r\n" + body + b"\r\n\r\n"
def http(status, headers, body):
    return b"HTTP/1.1 " + status + b"\r\n" + b"".join(h + b"\r\n" for h in headers) + b"\r\n" + body
def page(title, body, lang="en"):
    return f"<!doctype html><html lang={lang}><head><title>{title}</title></head><body><nav><a href=/>Home</a></nav><main><h1>{title}</h1><p>{body}</p></main></body></html>"
def chunked(data, size=50):
    return b"".join(b"%x\r\n" % len(data[i:i + size]) + data[i:i + size] + b"\r\n" for i in range(0, len(data), size)) + b"0\r\n\r\n"
english = page("First page", "It says something in English, long enough to be read.").encode()
chinese = page("第二页", "这一页是用国标码写的，头里说明了编码。", "zh").encode("gb2312")
records = [
    record(b"warcinfo", b"software: make.py\r\n", media="application/warc-fields", n=1),
    record(b"request", b"GET / HTTP/1.1\r\n\r\n", b"http://a.example/", "application/http; msgtype=request", n=2),
    record(b"response", http(b"200 OK", [b"Content-Type: text/html; charset=UTF-8", b"Content-Encoding: gzip", b"Transfer-Encoding: chunked"], chunked(gzip.compress(english, mtime=0))), b"http://a.example/", n=3),
    record(b"response", http(b"200 OK", [b"content-type: text/html; charset=gb2312"], chinese), b"http://b.example/2", n=4),
    record(b"response", http(b"301 Moved", [b"Location: /x"], b""), b"http://c.example/", n=5),
    record(b"response", http(b"200 OK", [b"Content-Type: image/png"], b"\x89PNG\r\n\x1a\n"), b"http://d.example/a.png", n=6),
    record(b"resource", "Plain text of a resource.".encode(), b"http://e.example/note.txt", "text/plain; charset=utf-8", n=7),
    record(b"metadata", b"fetchTimeMs: 3\r\n", b"http://a.example/", "application/warc-fields", n=8),
]
put("crawl.warc.gz", b"".join(gzip.compress(one, mtime=0) for one in records))
put("crawl.warc.wet", record(b"conversion", "Zwei Zeilen\nText aus einer Seite.".encode(), b"http://f.example/", "text/plain", n=9, extra=(b"WARC-Identified-Content-Language: deu",)))

# --- feeds ----------------------------------------------------------------------------------------------------------
put("news.rss", """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>The Daily</title><link>https://n.example/</link><description>All news</description><language>en-us</language><copyright>CC BY 4.0</copyright>
<item><title>Rain &amp; wind</title><link>https://n.example/1</link><guid>n-1</guid><description>Short.</description>
<content:encoded><![CDATA[<p>It <b>rained</b> all&nbsp;day.</p><p>Then the wind came.</p><script>no()</script>]]></content:encoded></item>
<item><title>雨</title><link>https://n.example/2</link><guid>n-2</guid><dc:language>zh</dc:language><description>&lt;p&gt;下了一天的雨。&lt;/p&gt;</description></item>
</channel></rss>""")
put("news.atom", """<?xml version="1.0"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><title>Blatt</title><rights>CC0</rights><link href="https://n.example/"/>
<entry><title type="html">Ein &lt;i&gt;Titel&lt;/i&gt;</title><id>tag:n,1</id><link rel="alternate" href="https://n.example/a"/><summary>Kurz.</summary>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Erster &amp; letzter<br/>Absatz.</p></div></content></entry>
<entry><title>Zwei</title><id>tag:n,2</id><content type="html">&lt;p&gt;Noch einer.&lt;/p&gt;</content></entry></feed>""")
put("news.rdf", """<?xml version="1.0" encoding="iso-8859-1"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="https://n.example/"><title>Gazette</title><dc:language>fr</dc:language></channel>
<item rdf:about="https://n.example/r1"><title>Journ\u00e9e</title><link>https://n.example/r1</link><description>L'\u00e9t\u00e9 est l\u00e0.</description></item></rdf:RDF>""".encode("iso-8859-1"))

# --- mail -----------------------------------------------------------------------------------------------------------
def mail(subject, text, html=None, charset="utf-8", cte=None, ident="m1", refs=None):
    message = EmailMessage()
    message["From"] = "Someone <someone@x.example>"; message["To"] = "else@x.example"
    message["Subject"] = subject; message["Date"] = "Thu, 02 May 2024 10:00:00 +0000"; message["Message-ID"] = f"<{ident}@x.example>"
    if refs: message["References"] = refs
    if text is not None: message.set_content(text, charset=charset, **({"cte": cte} if cte else {}))
    if html is not None:
        if text is None: message.set_content(html, subtype="html", charset=charset)
        else: message.add_alternative(html, subtype="html")
    return message
os.path.exists(os.path.join(here, "inbox.mbox")) and os.remove(os.path.join(here, "inbox.mbox"))
box = mailbox.mbox(os.path.join(here, "inbox.mbox"))
def append(message):
    entry = mailbox.mboxMessage(message); entry.set_from("someone@x.example Thu May  2 10:00:00 2024"); box.add(entry)
append(mail("Where?", "Where are you?\n\nFrom here I see nothing.\n-- \nSomeone\nSome street\n"))
answer = mail("Re: Where?", "On Thu, May 2, 2024 at 10:00 AM Someone <someone@x.example>\nwrote:\n\n> Where are you?\n\nHere, behind you.\n\nSent from my phone\n", ident="m2", refs="<m1@x.example>")
answer.add_attachment(b"\x00" * 300, maintype="application", subtype="octet-stream", filename="a.bin")
answer.set_boundary("boundary")
append(answer)
box.close()
put("chinese.eml", mail("订单问题", "您好，我的订单还没有到。\n请问什么时候发货？\n", charset="gb2312", cte="base64").as_bytes())
put("html.eml", mail("Html", None, "<html><body><p>Only <b>HTML</b> here.</p><div class=gmail_quote>On Monday X wrote:<blockquote>Old words</blockquote></div></body></html>").as_bytes())
big5 = mail("x", "x").as_bytes().replace(b"Subject: x", b"Subject: =?big5?B?" + base64.b64encode("繁體".encode("big5")) + b"?=").replace(b'charset="utf-8"', b'charset="big5"').replace(b"7bit", b"8bit")
put("big5.eml", big5.replace(b"\n\nx\n", b"\n\n" + "您好，這是一封信。".encode("big5") + b"\n"))

# --- hostile archives -----------------------------------------------------------------------------------------------
def archive(name, entries, change=lambda data: data):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for path, text, mode in entries:
            entry = zipfile.ZipInfo(path); entry.external_attr = mode << 16; entry.compress_type = zipfile.ZIP_DEFLATED
            made.writestr(entry, text)
    put(name, change(out.getvalue()))
base = [("META-INF/container.xml", container, 0o100644), ("OEBPS/book.opf", opf, 0o100644)]
rest = [(path, text, 0o100644) for path, text in chapters.items() if "one" not in path]
archive("hostile-bomb.epub", base + [("OEBPS/text/one.xhtml", " " * 2**22, 0o100644)] + rest)
archive("hostile-path.epub", base + [("../../../tmp/evil.xhtml", "x", 0o100644)] + rest)
archive("hostile-link.epub", base + [("OEBPS/text/one.xhtml", "/etc/passwd", 0o120777)] + rest)
def overlap(data):  # the last entry of the table points at the first one's bytes
    at = data.rfind(b"PK\x01\x02")
    return data[:at + 42] + struct.pack("<I", 0) + data[at + 46:]
archive("hostile-overlap.epub", base + [("OEBPS/text/one.xhtml", "x", 0o100644)] + rest, overlap)
def shrink(data):  # the table says one byte where there are more
    at = data.find(b"PK\x01\x02", data.find(b"PK\x01\x02") + 1)
    return data[:at + 24] + struct.pack("<I", 1) + data[at + 28:]
archive("hostile-size.epub", base + [("OEBPS/text/one.xhtml", "x", 0o100644)] + rest, shrink)
laughs = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "' + "&a;" * 10 + '"><!ENTITY c "' + "&b;" * 10 + '"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
archive("hostile-laughs.epub", [base[0], ("OEBPS/book.opf", opf.replace('<?xml version="1.0" encoding="utf-8"?>', laughs).replace("论语", "&c;&f;论语"), 0o100644), ("OEBPS/text/one.xhtml", laughs + chapters["OEBPS/text/one.xhtml"].split("?>", 1)[1].replace("<p>", "<p>&c;&f;"), 0o100644)] + rest)
