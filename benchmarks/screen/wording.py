"""What the made films say: two parts that share no sentence, one to tune by and one that is kept apart."""

from typing import Literal, NamedTuple

Which = Literal["tuning", "apart"]


class Wording(NamedTuple):
    """Lines of one part, by script; `fonts` are names of files that Debian's packages install."""

    latin: tuple[str, ...]
    accented: tuple[str, ...]
    chinese: tuple[str, ...]
    japanese: tuple[str, ...]
    fonts: tuple[str, ...]
    chinese_fonts: tuple[str, ...]
    japanese_fonts: tuple[str, ...]


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.strip().splitlines())


TUNING = Wording(
    latin=_lines("""
        Platform 9 to Hamburg
        The next train leaves at 14:35
        Annual report of the harbour office
        Keep left on the stairs
        Chapter two: how sails work
        Dr. Miriam Keller, geologist
        Revenue grew by 12 % in spring
        Why do bees dance?
        We never asked where she went
        I left the keys on the table.
        Turn the handle to the right
        Breaking news: bridge closed until Monday
        BAKERY
        Exit
        Room 217
        Produced by Anna Lindqvist
        Camera: Tomas Varga
        Sound and light: Peter Oduya
        Filmed in the valley of Orla
        Music by the Night Owls
        Score 3 : 1
        A short walk along the river
        Use effect hooks with care
        def area(width, height):
        return width * height
        TEMPERATURE 21 °C
        Lesson 4: fractions and decimals
        Mix flour, butter and sugar
        What time is it over there?
        No, I have never been to Lisbon.
        Open daily from 8 to 18
        Population: 48,200
        Memory of a winter day
        Call 555 0147 for tickets
        Step 3: tighten both screws
        Winner of the regional prize
    """),
    accented=_lines("""
        Über den Dächern von Köln
        Fußgänger bitte Schritt fahren
        L'été dernier à la plage
        Où est passée la clé?
        Mañana será otro día
        Año nuevo en Málaga
        São João da Madeira
        Ångström och Öresund
        Příliš žluťoučký kůň
        Zażółć gęślą jaźń
    """),
    chinese=_lines("""
        欢迎来到我们的城市
        今天的天气很好
        请在此处排队等候
        学习使人进步
        第三章 海洋与气候
        我们明天早上八点出发
    """),
    japanese=_lines("""
        次は東京駅に止まります
        おはようございます
        第二話 夏の思い出
        この先工事中につき注意
        ありがとうございました
        明日の天気は晴れでしょう
    """),
    fonts=(
        "DejaVuSans.ttf",
        "DejaVuSans-Bold.ttf",
        "DejaVuSerif.ttf",
        "LiberationSans-Regular.ttf",
        "Lato-Regular.ttf",
        "DejaVuSansMono.ttf",
    ),
    chinese_fonts=("wqy-zenhei.ttc",),
    japanese_fonts=("ipag.ttf",),
)

APART = Wording(
    latin=_lines("""
        Gate 31 closes in ten minutes
        Lecture 7: tides and currents
        Prof. Yusuf Adeyemi, historian
        Please do not feed the ducks
        She said the boat was already gone.
        Have you seen my other shoe?
        Costs fell from 340 to 295
        HARDWARE STORE
        Ticket office
        Floor 12
        Directed by Ingrid Solheim
        Editor: Marco Bellini
        Costumes: Farah Nazari
        Second unit: Olga Petrenko
        Thanks to the people of Brennick
        Storm warning for the northern coast
        Final 89 - 74
        for name in sorted(names):
        print(name, len(name))
        HUMIDITY 64 %
        Exercise 9: solve for x
        Peel the onions, then slice them
        Nobody told us about the bridge.
        Could you repeat the question?
        Closed on public holidays
        Distance: 7.3 km
        A letter from the lighthouse
        Write to post@example.org
        Step 5: let it dry overnight
        Best documentary of the year
        How volcanoes are born
        Quarterly figures at a glance
        Three reasons to plant trees
        You should have called me first.
        Speed limit 60
        The garden behind the school
        Fasten your seat belts
        Part one: the long road north
    """),
    accented=_lines("""
        Grüße aus München
        Schöne Aussicht, großer Garten
        Le château près de la forêt
        Ça va être déjà fini?
        El niño comió una piña
        Corazón de la montaña
        Coração e tradição
        Smörgåsbord på fjället
        Český ráj v červnu
        Łódź jest piękna
    """),
    chinese=_lines("""
        下一站是人民广场
        图书馆禁止大声喧哗
        新闻联播现在开始
        谢谢大家的支持
        第五课 植物的生长
        他已经离开了这座城市
    """),
    japanese=_lines("""
        お忘れ物にご注意ください
        本日のニュースをお伝えします
        第七話 海辺の町
        また会える日を楽しみに
        図書館は九時に開きます
        駐車場はこちらです
    """),
    fonts=(
        "OpenSans-Regular.ttf",
        "OpenSans-Bold.ttf",
        "LiberationSerif-Regular.ttf",
        "FreeSans.ttf",
        "Roboto-Medium.ttf",
        "LiberationMono-Regular.ttf",
        "Comfortaa-Regular.ttf",
        "FreeSerifItalic.ttf",
    ),
    chinese_fonts=("NotoSansCJK-Regular.ttc", "uming.ttc"),
    japanese_fonts=("NotoSansCJK-Bold.ttc",),
)

PARTS: dict[Which, Wording] = {"tuning": TUNING, "apart": APART}
