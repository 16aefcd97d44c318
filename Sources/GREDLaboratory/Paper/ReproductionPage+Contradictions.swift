import GREDCharts

extension ReproductionPage {
    /// What the paper says in two ways, or cannot mean, and what was done here.
    var contradictions: Section {
        var table = Table(columns: ["where", "what does not fit, and what was done here"])
        for (place, sentence) in Self.contradictions {
            table.append(texts: [place, sentence])
        }
        return Section("Where the paper contradicts itself", [.table(table)])
    }

    private static let contradictions = [
        (
            "Eq. 6",
            "The sum over the classes q ≠ m is printed beside the fraction and belongs in its denominator; nothing here is computed by Eq. 6, as f's loss is differentiated itself."
        ),
        (
            "Eq. 13, Fig. 5",
            "A larger α suspects fewer pixels, while the text warns that a large one loses what the image shows: Eq. 13 is taken as it stands, and Fig. 5 is drawn against α and against the share of pixels suspected."
        ),
        (
            "Eq. 14",
            "It prints N(σ, μ) and calls σ the mean and μ the deviation: a replaced pixel is drawn with the image's mean as the mean and its deviation as the deviation, as a whole number in 0…255."
        ),
        (
            "§4.1",
            "The numbers of CIFAR-10's training and test images are swapped: the 50,000 images for training and the 10,000 for testing are used as they were published, and a part of the 50,000 is set aside for detectors and rectifiers."
        ),
        (
            "Insights II and III, §4.3.2",
            "Adversarial images are said to be more sensitive, and then not those of FGSM and PGD: the medians below Fig. 2 say which are."
        ),
        (
            "Table 1",
            "Its data set is not named: the same numbers stand beside ours for MNIST and for CIFAR-10, and the most sensitive pixels are taken by rank within an image."
        ),
        (
            "Table 2, win count",
            "The text counts 19 wins for DET_GRED where the rows have 18: wins are counted from rows, and equals win all."
        ),
        (
            "Table 3, win count",
            "The text counts 8, 9, 14 and 18 where the rows have 10, 11, 9 and 12: counted from rows as well."
        ),
        (
            "Table 3, attack rates",
            "Images at the least distance hardly transfer, and yet minimum-norm attacks have 1.000: this is read as the rate on the surrogate, those of FGSM and PGD as the rate on f, and both of ours are given."
        ),
        (
            "Table 3, PGD and DDN-U",
            "The PGD rows of CIFAR-10 and ImageNet are MNIST's, and ImageNet's DDN-U is its DFool-U but for a digit: they are compared with all the same and have an asterisk."
        ),
        (
            "Table 4, CW on ImageNet",
            "It is CIFAR-10's row: it stands beside ours with an asterisk, and no white-box rate is a target."
        ),
        (
            "Table 7, mixed images",
            "Seven cells are above (1 + the upper half) / 2, which no detector can exceed: they have an asterisk, and ours is judged by that bound of our own upper half where it is lower."
        ),
        (
            "Table 7 and Fig. 5",
            "Whether there is one rectifier an attack or one for all, and whether Fig. 5 shows f or f_rec, is left open: both are given."
        ),
    ]
}
