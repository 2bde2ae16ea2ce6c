"""Make group_time_moderndid.csv: effects by group and year, and their aggregates, by the package `moderndid`.

The data are mpdta: teenage employment in 500 American counties whose states raised the minimum wage in 2004, 2006, 2007
or not (Callaway and Sant'Anna, 2021). To make the file anew, from its folder:

    python3 -m venv moderndid
    moderndid/bin/pip install moderndid==0.2.0 pandas
    moderndid/bin/python group_time_moderndid.py > group_time_moderndid.csv
"""

import csv
import sys

from moderndid import aggte, att_gt, load_mpdta


def main() -> None:
    """Write one line per number: of a group in a year, of an exposure, and of all together."""
    data = load_mpdta()
    estimated = att_gt(data, "lemp", "year", "countyreal", "first.treat", xformla="~1", boot=False, cband=False)
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["number", "group", "time", "value", "error"])
    for group, year, value, error in zip(
        estimated.groups, estimated.times, estimated.att_gt, estimated.se_gt, strict=True
    ):
        out.writerow(["group_time", int(group), int(year), float(value), float(error)])
    dynamic, simple = (aggte(estimated, type=name, boot=False, cband=False) for name in ("dynamic", "simple"))
    for exposure, value, error in zip(dynamic.event_times, dynamic.att_by_event, dynamic.se_by_event, strict=True):
        out.writerow(["exposure", "", int(exposure), float(value), float(error)])
    for name, overall in (("dynamic", dynamic), ("simple", simple)):
        out.writerow([name, "", "", float(overall.overall_att), float(overall.overall_se)])


if __name__ == "__main__":
    main()
