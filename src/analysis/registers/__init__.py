"""An office's own registers: which files, and which of their columns are which of the contract."""

from analysis.registers.deliver import Delivery, deliver, examine, key_names, locate
from analysis.registers.mapping import Intake, read_intake
from analysis.registers.report import Report

__all__ = ["Delivery", "Intake", "Report", "deliver", "examine", "key_names", "locate", "read_intake"]
