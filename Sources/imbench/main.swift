import Histogram
print("x")
