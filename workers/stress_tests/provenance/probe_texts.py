"""Short texts that models read while their hidden units are looked at; Assay's own."""

TEXTS: tuple[str, ...] = (
    (
        "The ferry leaves at six in the morning, when the harbour is still grey and the "
        "gulls are the only ones awake. By noon the wind has turned, and whoever missed it "
        "walks the long way round."
    ),
    (
        "To bake rye bread, mix flour, water, salt and a spoon of last week's dough. "
        "Leave it in a warm place overnight; it is ready for the oven once it has doubled "
        "and smells a little sour."
    ),
    (
        "def total(prices, rate):\n    net = sum(price for price in prices if price > "
        "0)\n    return round(net * (1 + rate), 2)\n\nassert total([10, 20], 0.1) == 33.0\n"
    ),
    (
        "Water boils at a lower temperature on a mountain, because the air presses on it "
        "less. A pot of beans that is soft in an hour at the coast may need three hours up "
        "there."
    ),
    (
        "Dear Ms Okafor, thank you for your letter of 3 March. We have checked the meter "
        "again and found that it counts 4 per cent too much. You will receive 61.20 back "
        "with the next bill."
    ),
    (
        "The committee met on Tuesday. It heard the report on bridges, asked why two of "
        "them had not been inspected since 2019, and put off its decision until the "
        "engineers can say what it costs."
    ),
    (
        "Question: A train goes 180 kilometres in two hours and then 60 kilometres in one "
        "hour. How fast is it on average?\nAnswer: 240 kilometres in three hours, which is "
        "80 kilometres an hour."
    ),
    (
        "She counted the chairs again. There were eleven, and twelve people had said they "
        "would come. 'Somebody can have the stool from the kitchen,' her brother said, "
        "and went to fetch it."
    ),
    (
        "SELECT city, COUNT(*) AS shops FROM stores WHERE opened < '2020-01-01' GROUP BY "
        "city HAVING COUNT(*) > 3 ORDER BY shops DESC;\n-- towns with more than three old "
        "shops"
    ),
    (
        "Owls fly without a sound because the front edges of their feathers are combed. "
        "The mouse hears nothing until it is too late; engineers have tried the same trick "
        "on fans."
    ),
    (
        "Der Zug nach Norden hat heute Verspaetung, und niemand weiss warum. La "
        "boulangerie ouvre a sept heures, sauf le lundi. El mercado cierra temprano cuando "
        "llueve."
    ),
    (
        "Under the lease the tenant repairs what the tenant breaks, and the owner repairs "
        "the rest. If the heating fails in winter, rent is reduced from the day on which "
        "the owner was told."
    ),
)
