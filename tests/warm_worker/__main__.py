"""`python -m tests.warm_worker worker start ...`: Prefect's own command line, where the tests' flows count as ours."""

from prefect.cli import app

import warm_worker.admission

if __name__ == "__main__":
    warm_worker.admission.OUR_FLOWS = "tests.warm_worker."
    app()
