everything = [bytes(3 * 1024**3)]  # not touched: where a limit is, it ends here
while True:
    everything.append(bytearray(100_000_000))
