"""Why a release is not made, and what to do next."""


class Refusal(Exception):
    def __init__(self, what: str, next_step: str):
        super().__init__(f"{what}; {next_step}")
