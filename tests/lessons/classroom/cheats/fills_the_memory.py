everything = []
while True:
    everything.append(bytearray(100_000_000))
