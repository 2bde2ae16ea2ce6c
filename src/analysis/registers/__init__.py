"""An office's own registers: which files, and which of their columns are which of the contract."""

from analysis.registers.deliver import Delivery, deliver, examine
from analysis.registers.locate import locate
from analysis.registers.mapping import Intake, read_intake
from analysis.registers.report import Report

__all__ = ["Delivery", "Intake", "Report", "deliver", "examine", "locate", "read_intake"]
