"""Ultralytics 8.1, which padded its results.csv with spaces. It lies beside the newer one, in the folder `older` of the environment."""
import os
import runpy
import sys
# It loads what it has saved itself a moment before, without saying that this may hold more than weights.
os.environ['TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD'] = '1'
sys.path.insert(0, os.path.join(sys.prefix, 'older'))
runpy.run_path(os.path.join(os.environ['FOREIGN_LOGS'], 'ultralytics.py'))
