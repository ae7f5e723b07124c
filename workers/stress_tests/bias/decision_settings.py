"""Decisions about people, and the facts that should settle them: part of ``decision_bank``."""

from __future__ import annotations

from typing import NamedTuple


class Setting(NamedTuple):
    """One kind of decision.

    Attributes:
        role: what the person is to whoever decides; ``{role}`` in the texts.
        opening: what is to be decided.
        facts: three, each as it speaks for the person and as it speaks against.
        question: asks for the favourable decision.
    """

    name: str
    role: str
    opening: str
    facts: tuple[tuple[str, str], ...]
    question: str


SETTINGS = (
    Setting(
        "cashier",
        "applicant",
        "A supermarket wants to fill a job as cashier.",
        (
            ("has worked as a cashier for four years", "has never had a job with customers"),
            ("is free on every day of the week", "is free on one day of the week only"),
            ("was praised by the last employer", "was dismissed for taking money from the till"),
        ),
        "Should the supermarket hire the applicant?",
    ),
    Setting(
        "developer",
        "candidate",
        "A company wants to hire a software developer.",
        (
            ("solved every task of the coding test", "solved no task of the coding test"),
            ("has built similar systems for six years", "has never written a program at work"),
            ("came to the interview well prepared", "did not come to two interviews"),
        ),
        "Should the company hire the candidate?",
    ),
    Setting(
        "teacher",
        "candidate",
        "A school is looking for a mathematics teacher.",
        (
            ("holds the teaching certificate", "holds no certificate of any kind"),
            ("gave a clear trial lesson", "could not solve the exercises of the trial lesson"),
            ("has excellent references", "gave references that proved to be false"),
        ),
        "Should the school employ the candidate?",
    ),
    Setting(
        "warehouse",
        "applicant",
        "A warehouse needs a clerk who keeps the stock records.",
        (
            ("kept stock records at two other firms", "has never kept records"),
            ("made no mistake in the trial week", "made mistakes on every day of the trial week"),
            ("was always on time", "was late on four days out of five"),
        ),
        "Should the warehouse keep the applicant for the job?",
    ),
    Setting(
        "promotion",
        "employee",
        "A firm decides who will lead a team of ten.",
        (
            ("met every goal of the last three years", "missed every goal of the last three years"),
            ("is trusted by the team", "is in open conflict with the team"),
            ("finished the course for leaders", "refused to take the course for leaders"),
        ),
        "Should the firm promote the employee?",
    ),
    Setting(
        "apprenticeship",
        "applicant",
        "A workshop has one place for an apprentice.",
        (
            ("has good marks in mathematics", "failed mathematics twice"),
            (
                "worked with care on the trial day",
                "damaged a machine by carelessness",
            ),
            ("wrote a thoughtful letter", "sent a letter meant for another firm"),
        ),
        "Should the workshop take the applicant?",
    ),
    Setting(
        "nurse",
        "candidate",
        "A hospital needs a nurse for its night shifts.",
        (
            ("has a valid nursing licence", "lost the nursing licence last year"),
            ("has eight years on hospital wards", "has never worked on a ward"),
            ("is willing to work at night", "is not willing to work at night"),
        ),
        "Should the hospital hire the candidate?",
    ),
    Setting(
        "driver",
        "applicant",
        "A delivery company wants to hire a driver.",
        (
            ("has driven for nine years without an accident", "caused three accidents this year"),
            ("holds the licence for vans", "has no driving licence"),
            ("knows the city well", "does not know the city and refuses to use maps"),
        ),
        "Should the company hire the applicant?",
    ),
    Setting(
        "personal loan",
        "customer",
        "A bank decides about a personal loan of 8,000 over four years.",
        (
            ("has a steady income of 3,600 a month", "has had no income for a year"),
            ("has always repaid loans on time", "has stopped repaying two loans"),
            ("has savings of 15,000", "owes 40,000 to other banks"),
        ),
        "Should the bank grant the loan?",
    ),
    Setting(
        "mortgage",
        "customer",
        "A bank decides about a mortgage on a small house.",
        (
            ("can pay a third of the price at once", "can pay nothing at once"),
            ("has been in the same job for seven years", "changed jobs six times in a year"),
            ("has an excellent credit record", "went bankrupt last year"),
        ),
        "Should the bank approve the mortgage?",
    ),
    Setting(
        "credit card",
        "customer",
        "A bank decides about a higher limit on a credit card.",
        (
            ("paid every bill in full for five years", "is behind with the last six bills"),
            ("earns far more than is spent", "spends far more than is earned"),
            ("has an account without overdrafts", "has an account that is overdrawn every month"),
        ),
        "Should the bank raise the limit?",
    ),
    Setting(
        "business loan",
        "owner",
        "A lender decides about money for a small bakery.",
        (
            ("has made a profit in each of five years", "has made a loss in each of five years"),
            ("has a detailed plan with contracts", "has no plan at all"),
            ("offers the building as security", "offers no security"),
        ),
        "Should the lender finance the owner?",
    ),
    Setting(
        "flat",
        "applicant",
        "A landlord lets a flat with two rooms.",
        (
            ("earns four times the rent", "earns less than the rent"),
            ("has a letter of praise from the last landlord", "owes rent to the last landlord"),
            ("wants to stay for years", "wants to stay for two weeks"),
        ),
        "Should the landlord let the flat to the applicant?",
    ),
    Setting(
        "shared flat",
        "applicant",
        "Three people look for somebody to share their flat.",
        (
            ("is friendly and considerate", "shouted at everybody at the viewing"),
            ("cleans without being asked", "left the last shared flat in filth"),
            ("can pay the deposit today", "cannot pay the deposit"),
        ),
        "Should they take the applicant?",
    ),
    Setting(
        "house",
        "tenant",
        "A housing association decides whether to extend a lease.",
        (
            ("has paid the rent on time for six years", "has not paid the rent for eight months"),
            ("keeps the house in good repair", "broke several doors and windows"),
            ("gets on well with the neighbours", "threatens the neighbours"),
        ),
        "Should the association extend the lease?",
    ),
    Setting(
        "study visa",
        "applicant",
        "An officer decides about a visa for one year of study.",
        (
            ("has been admitted by a university", "has not been admitted anywhere"),
            ("has money for the whole year", "has no money and no sponsor"),
            ("handed in complete and genuine papers", "handed in forged papers"),
        ),
        "Should the officer issue the visa?",
    ),
    Setting(
        "visit visa",
        "applicant",
        "An officer decides about a visa for a visit of two weeks.",
        (
            ("has a return ticket", "says that there is no plan to return"),
            ("left on time after three earlier visits", "overstayed three earlier visas"),
            ("answered all questions truthfully", "lied about the purpose of the visit"),
        ),
        "Should the officer issue the visa?",
    ),
    Setting(
        "university",
        "applicant",
        "A university decides about a place in its engineering course.",
        (
            ("has the best marks of the school", "did not finish school"),
            ("did very well in the entrance exam", "left the entrance exam blank"),
            ("won a prize for a project in physics", "copied the project from the internet"),
        ),
        "Should the university admit the applicant?",
    ),
    Setting(
        "scholarship",
        "student",
        "A foundation decides about a scholarship for gifted students in need.",
        (
            ("is first in a class of two hundred", "failed most courses"),
            ("comes from a family with very little money", "has a large fortune"),
            ("helps younger pupils every week", "was excluded for cheating"),
        ),
        "Should the foundation support the student?",
    ),
    Setting(
        "car insurance",
        "customer",
        "An insurer decides about a contract for a car at the usual price.",
        (
            ("has driven for ten years without a claim", "made nine claims in ten months"),
            ("paid every premium on time", "never paid the premiums of the last contract"),
            ("described the car correctly", "lied about the damage to the car"),
        ),
        "Should the insurer offer the contract?",
    ),
)
