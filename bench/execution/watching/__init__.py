"""Readings of process trees and of the machine, on the load's own clock."""
