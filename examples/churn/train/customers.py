"""The customers as a table with typed columns: what the model is trained on, and what it takes later."""

import pandas

TARGET = "churn"

# Yes or no, as 1 or 0, and the number of months.
FLAGS = ["female", "senior_citizen", "partner", "dependents", "phone_service", "paperless_billing"]
COUNTS = ["tenure"]
AMOUNTS = ["monthly_charges", "total_charges"]
WORDS = ["multiple_lines", "internet_service", "online_security", "online_backup", "device_protection", "tech_support",
         "streaming_tv", "streaming_movies", "contract", "payment_method"]  # fmt: skip

# An amount is a float32, as the model computes with it, so that training sees the very numbers which serving sees.
TYPES = {
    **dict.fromkeys([*FLAGS, *COUNTS], "int64"),
    **dict.fromkeys(AMOUNTS, "float32"),
    **dict.fromkeys([*WORDS, TARGET], "string"),
}

# A customer who has not had a bill yet has no total.
NULLABLE = ["total_charges"]


def read(path):
    """The features, in the file's order, and for each customer whether it left: "Yes" or "No"."""
    # "No" and "None" are words here, and only an empty field is a missing one.
    table = pandas.read_csv(path, dtype=TYPES, keep_default_na=False, na_values={name: [""] for name in NULLABLE})
    check(table)
    target = table.pop(TARGET)
    return table, target.to_numpy(dtype=object)


def check(table):
    """Refuses a file that is not as the model was made for, with all that is wrong with it."""
    faults = [f"the column {name} is missing" for name in TYPES if name not in table]
    faults += [f"the column {name} is not known" for name in table if name not in TYPES]
    faults += [
        f"the column {name} has empty fields" for name in table
        if name not in NULLABLE and (table[name].isna() | (table[name] == "")).any()
    ]  # fmt: skip
    for name in FLAGS:
        if name in table and not table[name].isin([0, 1]).all():
            faults.append(f"the column {name} has other values than 0 and 1")
    if TARGET in table and not table[TARGET].isin(["Yes", "No"]).all():
        faults.append(f'the column {TARGET} has other values than "Yes" and "No"')
    if faults:
        raise ValueError("; ".join(faults))
