with open("/tmp/written-by-an-answer", "w") as file:
    file.write("I was here")
