# Writes <name>.<encoding>.txt for every text below with Python's own codecs, and <name>.utf-8.txt to compare with.
# Run it here: python3 make.py
texts = {
    "simplified": (
        "人工智能正在改变我们的生活和工作方式。很多人每天都会使用手机上的应用程序来完成各种任务，比如查看天气、"
        "阅读新闻或者与朋友聊天。\n“学而时习之，不亦说乎？有朋自远方来，不亦乐乎？”这句话说明了学习的快乐。\n",
        ["gb18030", "gbk", "utf-16-le", "utf-16-be"],
    ),
    "traditional": (
        "孟子見梁惠王。王曰：「叟不遠千里而來，亦將有以利吾國乎？」\n孟子對曰：「王何必曰利？亦有仁義而已矣。」\n"
        "現在很多人每天都會使用電腦來學習新的知識，這是一個很好的開始。\n",
        ["big5", "gb18030", "utf-16-le"],
    ),
    "japanese": (
        "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。\nコンピューターで日本語の文章を書くことができます。\n",
        ["shift_jis", "euc-jp"],
    ),
    "korean": ("안녕하세요. 오늘은 날씨가 아주 좋습니다.\n모든 사람은 태어날 때부터 자유롭고 존엄하며 평등하다.\n", ["euc-kr"]),
    "russian": (
        "Все счастливые семьи похожи друг на друга, каждая несчастливая семья несчастлива по-своему.\nВсе смешалось в доме Облонских.\n",
        ["windows-1251", "koi8-r", "utf-16-be"],
    ),
    "french": (
        "L’élève préféré du maître était très âgé ; où êtes-vous passés ? — Ça va, dit-il, là-bas près de la forêt.\n",
        ["windows-1252", "utf-16-le"],
    ),
    "german": ("Die Füße der schönen Mädchen waren naß. Über Öl läßt sich viel erzählen, sagte er „leise“.\n", ["windows-1252"]),
    "english": ("He said “it’s a naïve idea” — and left the café.\nNobody replied for a while.\n", ["windows-1252", "utf-16-le"]),
}
for name, (text, encodings) in texts.items():
    open(f"{name}.utf-8.txt", "wb").write(text.encode("utf-8"))
    for encoding in encodings:
        open(f"{name}.{encoding}.txt", "wb").write(text.encode(encoding))
