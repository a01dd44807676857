"""A bank of everyday queries, composed from word lists: what clips are like to queries that are not about them.

Rankings subtract how near a clip is to such queries, since some clips are near to everything (hubs).
"""

from itertools import islice

_PEOPLE = """
a man;a woman;a child;a teenager;two friends;an old man;an elderly woman;a couple;a family;a crowd;a chef;a farmer;
a teacher;a nurse;a soldier;a police officer;a dancer;a singer;a drummer;a mechanic;a bride;a reporter;a climber;
a cyclist;a student;a toddler;a fisherman;a carpenter;a barber;a clown;a gymnast;a boxer;a painter;a tourist
"""
_DEEDS = """
talking on the phone;washing dishes;riding a horse;fixing a bicycle;playing the violin;reading a newspaper;
lifting a heavy barbell;chopping onions;dancing in circles;climbing a ladder;blowing out candles;opening a present;
painting a wall;typing on a laptop;throwing a ball;crossing a bridge;waiting for a bus;planting a tree;
shovelling snow;swimming underwater;applying lipstick;pouring coffee;kneading dough;sharpening a knife;
hanging laundry;feeding ducks;building a sandcastle;taking a photograph;folding paper;juggling oranges;
speaking to an audience;running up the stairs;rowing a boat;sleeping on a bench;hugging a friend;crying;laughing;
skiing downhill;shooting arrows;playing chess;drawing a portrait;sewing a dress;mowing the lawn;digging a hole;
driving a tractor;carrying boxes;cutting hair;brushing teeth;conducting an orchestra;putting on a helmet
"""
_ANIMALS = """
a cat;a puppy;a horse;a flock of sheep;an eagle;a goldfish;an elephant;a monkey;a snake;a spider;a butterfly;a cow;
a parrot;a penguin;a dolphin;a shark;a lion;a bear;a rabbit;a squirrel;a turtle;a frog;a duck;a swarm of bees;a deer;
a giraffe;a wolf;a camel;a crab;an owl;a hamster;a jellyfish
"""
_HABITS = """
sleeping;eating;running away;jumping over a fence;looking into the camera;drinking water;fighting;hunting;
playing with a toy;sitting in a tree;crossing the road;being petted;chasing its tail;hiding under leaves;
swimming;shaking itself dry
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
in outer space;on a farm;in a swimming pool
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
    people, deeds, animals, habits = map(_words, (_PEOPLE, _DEEDS, _ANIMALS, _HABITS))
    things, places, kinds, topics = map(_words, (_THINGS, _PLACES, _KINDS, _TOPICS))
    composed: dict[str, None] = {}
    for number in range(SIZE):
        composed[f"{_at(people, number)} {_at(deeds, number * 7)}"] = None
        composed[f"{_at(people, number * 5)} {_at(deeds, number * 3)} {_at(places, number * 11)}"] = None
        composed[f"{_at(animals, number)} {_at(habits, number * 3)} {_at(places, number * 7)}"] = None
        composed[f"{_at(things, number)} {_at(places, number * 5)}"] = None
        composed[f"{_at(kinds, number)} {_at(topics, number * 7)}"] = None
        composed[f"{_at(kinds, number * 3)} {_at(animals + things, number * 5)}"] = None
        composed[f"{_at(things, number * 3)} and {_at(animals, number * 5)}"] = None
        if len(composed) >= SIZE:
            break
    return list(islice(composed, SIZE))


def _words(text: str) -> list[str]:
    return [part.strip() for part in " ".join(text.split()).split(";")]


def _at(words: list[str], number: int) -> str:
    # The turn after each round shifts, so that words whose counts share a divisor still meet.
    return words[(number + number // len(words)) % len(words)]
