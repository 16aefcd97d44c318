print("gred")
