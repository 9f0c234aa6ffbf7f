"""Golden numbers of tf-idf and multinomial logistic regression, by their definitions in numpy, the optimum by Newton's method.

  python make_linear.py      writes linear.json beside this file
The loss is scikit-learn's: sum of nats + |W|^2 / (2 C), here divided by the rows; the intercepts are free, so that of all optima
(a number added to all intercepts changes nothing) the one whose intercepts add up to 0 is written.
"""
import collections
import json
import math
import os

import numpy as np

rng = np.random.default_rng(5)
VOCAB, LABELS = 9, 3
texts, labels = [], []
for _ in range(40):
    label = int(rng.integers(LABELS))
    weights = np.ones(VOCAB)
    weights[label * 3:label * 3 + 3] += 2
    texts.append([int(t) for t in rng.choice(VOCAB, size=int(rng.integers(3, 12)), p=weights / weights.sum())])
    labels.append(label)


def grams(text, order):
    return [tuple(text[i:i + n]) for n in range(1, order + 1) for i in range(len(text) - n + 1)]


def tfidf(order, min_texts, sublinear):
    df = collections.Counter(g for text in texts for g in set(grams(text, order)))
    names = sorted(g for g, n in df.items() if n >= min_texts)
    idf = np.array([math.log((1 + len(texts)) / (1 + df[g])) + 1 for g in names])
    x = np.zeros((len(texts), len(names)))
    for row, text in enumerate(texts):
        for g, n in collections.Counter(grams(text, order)).items():
            if g in names:
                x[row, names.index(g)] = (1 + math.log(n) if sublinear else n) * idf[names.index(g)]
    return names, idf, x / np.linalg.norm(x, axis=1, keepdims=True)


def fit(x, strength):
    n, f = x.shape
    xb = np.hstack([x, np.ones((n, 1))])
    y = np.eye(LABELS)[labels]
    penalty = np.repeat(np.append(np.full(f, 1 / (strength * n)), 0), LABELS)
    w = np.zeros((f + 1) * LABELS)
    for _ in range(60):
        z = xb @ w.reshape(f + 1, LABELS)
        p = np.exp(z - z.max(1, keepdims=True))
        p /= p.sum(1, keepdims=True)
        g = (xb.T @ (p - y) / n).ravel() + penalty * w
        h = np.diag(penalty)
        for i in range(n):
            block = np.diag(p[i]) - np.outer(p[i], p[i])
            h = h + np.kron(np.outer(xb[i], xb[i]), block) / n
        w = w - np.linalg.lstsq(h, g, rcond=1e-13)[0]
    z = xb @ w.reshape(f + 1, LABELS)
    nats = np.log(np.exp(z).sum(1)) - z[np.arange(n), labels]
    assert np.abs(g).max() < 1e-13
    w = w.reshape(f + 1, LABELS)
    w[-1] -= w[-1].mean()
    return w, nats.mean(), nats.mean() + (w[:-1] ** 2).sum() / (2 * strength * n)


cases = []
for order, min_texts, sublinear, strength in [(1, 1, False, 1.0), (2, 3, True, 10.0), (2, 2, False, 0.1)]:
    names, idf, x = tfidf(order, min_texts, sublinear)
    w, nats, loss = fit(x, strength)
    cases.append(dict(order=order, minTexts=min_texts, sublinear=sublinear, strength=strength, ngrams=names, idf=idf.tolist(),
                      first=[[i, v] for i, v in enumerate(x[0].tolist()) if v], weights=w.tolist(), nats=nats, loss=loss))
out = os.path.join(os.path.dirname(os.path.abspath(__file__)), "linear.json")
json.dump(dict(vocabSize=VOCAB, labels=LABELS, texts=texts, classes=labels, cases=cases), open(out, "w"))
