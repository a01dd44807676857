"""A bank of everyday queries, composed from word lists: what clips are like to queries that are not about them.

Rankings subtract how near a clip is to such queries, since some clips are near to everything (hubs). Most are built
like people's descriptions of pictures: banks of shorter phrases correct less.
"""

from itertools import islice

_PEOPLE = """
a man;a woman;a boy;a girl;a child;two men;two women;a group of friends;a young man;an old man;an elderly woman;
a couple;a family;a crowd;a chef;two children;a teenager;a soldier;a police officer;a dancer;a singer;a band;a bride;
a reporter;a baby;a little girl;a little boy;a football player;a cyclist;a student;a teacher;three friends;a worker;
a musician;several people;a gymnast;a tourist
"""
_CLOTHES = """
in a red shirt;in a blue jacket;wearing a hat;in a black suit;with long hair;in a white dress;wearing sunglasses;
with a beard;in a green coat;wearing a helmet;in a uniform;in shorts;with a backpack;in a yellow vest;
wearing an apron;in a costume
"""
_DEEDS = """
talking on the phone;washing dishes;riding a horse;riding a bicycle;playing the violin;playing a guitar;
reading a newspaper;lifting a heavy barbell;chopping vegetables;dancing;climbing a rock;blowing out candles;
opening a present;painting a wall;typing on a laptop;throwing a ball;walking down a street;waiting for a bus;
planting a tree;shovelling snow;swimming;applying lipstick;pouring coffee;kneading dough;stirring a pot;
hanging laundry;feeding ducks;building a sandcastle;taking a photograph;folding paper;talking to the camera;
speaking to an audience;running;rowing a boat;sleeping on a bench;hugging a friend;crying;laughing;skiing downhill;
sitting on a sofa;standing next to a car;jumping into the air;playing chess;drawing a picture;sewing a dress;
mowing the lawn;digging a hole;driving a car;carrying boxes;cutting hair;brushing teeth;singing into a microphone;
putting on a helmet;playing football;playing basketball;wrestling;surfing a wave;skateboarding;holding a baby;eating;
drinking a beer;smiling;looking at a screen;showing a product;fixing an engine;arguing;walking a dog;
playing a video game;explaining something;sitting at a table
"""
_ANIMALS = """
a dog;a cat;a puppy;a horse;a brown dog;two dogs;a flock of sheep;an eagle;a goldfish;an elephant;a monkey;a snake;
a spider;a butterfly;a cow;a black dog;a parrot;a penguin;a dolphin;a shark;a lion;a bear;a rabbit;a bird;a turtle;
a frog;a duck;a kitten;a deer;a white dog;a wolf;a camel;a crab;an owl;a hamster
"""
_HABITS = """
sleeping;eating;running through the grass;jumping over a fence;looking into the camera;drinking water;
fighting with another;swimming;playing with a ball;sitting in a tree;crossing the road;being petted;chasing its tail;
hiding under leaves;carrying a stick;shaking itself dry;standing
"""
_THINGS = """
a red car;a cargo ship;a steam train;a helicopter;a fire engine;a motorbike;a hot air balloon;a skateboard;a tent;
a grand piano;a chandelier;a wooden table;a bowl of soup;a birthday cake;a pizza;a glass of wine;a pile of books;
an old television;a robot arm;a clock;a mirror;a bouquet of roses;a stack of coins;a telescope;a lawnmower;a tractor;
a traffic light;a statue;a fountain;a lighthouse;a windmill;a skyscraper;a castle;a bridge;a waterfall;a volcano;
a rainbow;a campfire;fireworks;a snowman;a spinning wheel;a microscope;a map;a flag;a kite;a drone;a satellite;
a washing machine;a pair of shoes;a guitar
"""
_PLACES = """
in a kitchen;on a beach;in the desert;in a dense forest;on a mountain top;in a crowded market;at an airport;
in a classroom;on a stage;in a hospital corridor;under water;in a church;on a football pitch;in a parking lot;
at night;in heavy rain;in the snow;at sunset;in a living room;on a rooftop;in a factory;by a lake;in a tunnel;
on a train platform;in a garden;in an office;in a studio;at the dentist;in a gym;at a wedding;in a library;
in outer space;on a farm;in a swimming pool;in a field;on a street;in a park;near the water;on the grass;
in front of a building;at a table;on a sidewalk;on the sand;in a bedroom;in a car;on a bench;in a restaurant;
in a room;on a couch
"""
_KINDS = """
a close-up of;a slow motion shot of;an aerial view of;a cartoon of;a black and white film of;a time lapse of;
a video game with;an advertisement for;a documentary about;a shaky recording of;a news report about;a drawing of;
someone explaining;a tutorial about;a trailer with;a photograph of
"""
_TOPICS = """
interest rates;how to tie a tie;ancient Egypt;a chemistry experiment;a spreadsheet;a phone repair;tax law;
a cooking recipe;a magic trick;a football final;an election;a car crash test;make-up;a yoga pose;a new smartphone;
a board game;a piece of code;a car engine;an earthquake;a fashion show;a court trial;a rocket launch;heart surgery;
a stock chart;a knitting pattern;a rap song;a puppet show;a boxing match;a job interview;a dinosaur
"""
SIZE = 2400


def queries() -> list[str]:
    """`SIZE` different sentences, the same every time."""
    people, clothes, deeds, animals = map(_words, (_PEOPLE, _CLOTHES, _DEEDS, _ANIMALS))
    habits, things, places, kinds, topics = map(_words, (_HABITS, _THINGS, _PLACES, _KINDS, _TOPICS))
    composed: dict[str, None] = {}
    for n in range(SIZE):
        composed[f"{_at(people, n)} {_at(deeds, n * 7)}"] = None
        composed[f"{_at(people, n * 5)} {_at(clothes, n * 3)} {_at(deeds, n * 11)} {_at(places, n * 7)}"] = None
        composed[f"{_at(people, n * 3)} {_at(deeds, n * 5)} {_at(places, n * 11)}"] = None
        composed[f"{_at(people, n * 7)} {_at(clothes, n * 5)} {_at(deeds, n * 3)}"] = None
        composed[f"{_at(animals, n)} {_at(habits, n * 3)} {_at(places, n * 7)}"] = None
        composed[f"{_at(people, n * 11)} and {_at(animals, n * 5)} {_at(places, n * 3)}"] = None
        composed[f"{_at(things, n)} {_at(places, n * 5)}"] = None
        composed[f"{_at(people, n * 13)} talking about {_at(topics, n * 7)}"] = None
        composed[f"{_at(kinds, n * 3)} {_at(people + animals + things, n * 5)}"] = None
        composed[f"{_at(kinds, n)} {_at(topics, n * 7)}"] = None
        if len(composed) >= SIZE:
            break
    return list(islice(composed, SIZE))


def _words(text: str) -> list[str]:
    return [part.strip() for part in " ".join(text.split()).split(";")]


def _at(words: list[str], number: int) -> str:
    # The turn after each round shifts, so that words whose counts share a divisor still meet.
    return words[(number + number // len(words)) % len(words)]
