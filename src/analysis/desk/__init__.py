"""What a researcher has at hand between runs: JupyterLab on scratch copies, pages in a browser, the chain drawn."""
