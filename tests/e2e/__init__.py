"""Against the real processes, as a patient and the distributor meet them: one stack for all tests of this folder."""
