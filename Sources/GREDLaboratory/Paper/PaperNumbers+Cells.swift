// Made by Scripts/paper-numbers from the paper's tables; not to be changed by hand.

extension PaperNumbers {
    /// A line a cell: table, data, row, column, value, and a doubt where there is one.
    static let text = """
        accuracy|MNIST|VGG11|accuracy|0.9917|
        accuracy|MNIST|CWnet|accuracy|0.9908|
        accuracy|CIFAR10|VGG11|accuracy|0.8441|
        accuracy|CIFAR10|CWnet|accuracy|0.8413|
        accuracy|ImageNet|ResNet152|accuracy|0.9525|
        accuracy|ImageNet|InceptionV3|accuracy|0.9458|
        table1|MNIST|DFool-U|0%|1.0|The paper does not say which data set this is.
        table1|CIFAR10|DFool-U|0%|1.0|The paper does not say which data set this is.
        table1|MNIST|DFool-U|5%|0.637|The paper does not say which data set this is.
        table1|CIFAR10|DFool-U|5%|0.637|The paper does not say which data set this is.
        table1|MNIST|DFool-U|10%|0.78|The paper does not say which data set this is.
        table1|CIFAR10|DFool-U|10%|0.78|The paper does not say which data set this is.
        table1|MNIST|CW-U|0%|1.0|The paper does not say which data set this is.
        table1|CIFAR10|CW-U|0%|1.0|The paper does not say which data set this is.
        table1|MNIST|CW-U|5%|0.665|The paper does not say which data set this is.
        table1|CIFAR10|CW-U|5%|0.665|The paper does not say which data set this is.
        table1|MNIST|CW-U|10%|0.794|The paper does not say which data set this is.
        table1|CIFAR10|CW-U|10%|0.794|The paper does not say which data set this is.
        table1|MNIST|DDN-U|0%|1.0|The paper does not say which data set this is.
        table1|CIFAR10|DDN-U|0%|1.0|The paper does not say which data set this is.
        table1|MNIST|DDN-U|5%|0.656|The paper does not say which data set this is.
        table1|CIFAR10|DDN-U|5%|0.656|The paper does not say which data set this is.
        table1|MNIST|DDN-U|10%|0.785|The paper does not say which data set this is.
        table1|CIFAR10|DDN-U|10%|0.785|The paper does not say which data set this is.
        table2|MNIST|FGSM-U|attack_rate|0.351|
        table2|MNIST|FGSM-U|DET_org|1.0|
        table2|MNIST|FGSM-U|DET_sal|1.0|
        table2|MNIST|FGSM-U|DET_IS|0.928|
        table2|MNIST|FGSM-U|DET_GRED|1.0|
        table2|MNIST|PGD-U|attack_rate|1.0|
        table2|MNIST|PGD-U|DET_org|1.0|
        table2|MNIST|PGD-U|DET_sal|1.0|
        table2|MNIST|PGD-U|DET_IS|0.513|
        table2|MNIST|PGD-U|DET_GRED|1.0|
        table2|MNIST|PGD-T|attack_rate|1.0|
        table2|MNIST|PGD-T|DET_org|1.0|
        table2|MNIST|PGD-T|DET_sal|1.0|
        table2|MNIST|PGD-T|DET_IS|0.505|
        table2|MNIST|PGD-T|DET_GRED|0.999|
        table2|MNIST|DFool-U|attack_rate|1.0|
        table2|MNIST|DFool-U|DET_org|0.991|
        table2|MNIST|DFool-U|DET_sal|0.994|
        table2|MNIST|DFool-U|DET_IS|0.995|
        table2|MNIST|DFool-U|DET_GRED|0.998|
        table2|MNIST|CW-U|attack_rate|1.0|
        table2|MNIST|CW-U|DET_org|0.988|
        table2|MNIST|CW-U|DET_sal|0.994|
        table2|MNIST|CW-U|DET_IS|0.996|
        table2|MNIST|CW-U|DET_GRED|0.996|
        table2|MNIST|CW-T|attack_rate|1.0|
        table2|MNIST|CW-T|DET_org|0.996|
        table2|MNIST|CW-T|DET_sal|0.996|
        table2|MNIST|CW-T|DET_IS|0.996|
        table2|MNIST|CW-T|DET_GRED|0.999|
        table2|MNIST|DDN-U|attack_rate|1.0|
        table2|MNIST|DDN-U|DET_org|0.992|
        table2|MNIST|DDN-U|DET_sal|0.995|
        table2|MNIST|DDN-U|DET_IS|0.997|
        table2|MNIST|DDN-U|DET_GRED|0.998|
        table2|MNIST|DDN-T|attack_rate|1.0|
        table2|MNIST|DDN-T|DET_org|0.998|
        table2|MNIST|DDN-T|DET_sal|0.998|
        table2|MNIST|DDN-T|DET_IS|0.997|
        table2|MNIST|DDN-T|DET_GRED|0.999|
        table2|CIFAR10|FGSM-U|attack_rate|0.806|
        table2|CIFAR10|FGSM-U|DET_org|1.0|
        table2|CIFAR10|FGSM-U|DET_sal|1.0|
        table2|CIFAR10|FGSM-U|DET_IS|0.732|
        table2|CIFAR10|FGSM-U|DET_GRED|1.0|
        table2|CIFAR10|PGD-U|attack_rate|0.898|
        table2|CIFAR10|PGD-U|DET_org|0.998|
        table2|CIFAR10|PGD-U|DET_sal|0.998|
        table2|CIFAR10|PGD-U|DET_IS|0.505|
        table2|CIFAR10|PGD-U|DET_GRED|0.998|
        table2|CIFAR10|PGD-T|attack_rate|0.819|
        table2|CIFAR10|PGD-T|DET_org|0.998|
        table2|CIFAR10|PGD-T|DET_sal|0.997|
        table2|CIFAR10|PGD-T|DET_IS|0.519|
        table2|CIFAR10|PGD-T|DET_GRED|0.994|
        table2|CIFAR10|DFool-U|attack_rate|1.0|
        table2|CIFAR10|DFool-U|DET_org|0.503|
        table2|CIFAR10|DFool-U|DET_sal|0.505|
        table2|CIFAR10|DFool-U|DET_IS|0.954|
        table2|CIFAR10|DFool-U|DET_GRED|0.954|
        table2|CIFAR10|CW-U|attack_rate|1.0|
        table2|CIFAR10|CW-U|DET_org|0.503|
        table2|CIFAR10|CW-U|DET_sal|0.503|
        table2|CIFAR10|CW-U|DET_IS|0.958|
        table2|CIFAR10|CW-U|DET_GRED|0.958|
        table2|CIFAR10|CW-T|attack_rate|0.999|
        table2|CIFAR10|CW-T|DET_org|0.512|
        table2|CIFAR10|CW-T|DET_sal|0.512|
        table2|CIFAR10|CW-T|DET_IS|0.95|
        table2|CIFAR10|CW-T|DET_GRED|0.95|
        table2|CIFAR10|DDN-U|attack_rate|1.0|
        table2|CIFAR10|DDN-U|DET_org|0.505|
        table2|CIFAR10|DDN-U|DET_sal|0.504|
        table2|CIFAR10|DDN-U|DET_IS|0.966|
        table2|CIFAR10|DDN-U|DET_GRED|0.966|
        table2|CIFAR10|DDN-T|attack_rate|1.0|
        table2|CIFAR10|DDN-T|DET_org|0.511|
        table2|CIFAR10|DDN-T|DET_sal|0.518|
        table2|CIFAR10|DDN-T|DET_IS|0.966|
        table2|CIFAR10|DDN-T|DET_GRED|0.966|
        table2|ImageNet|FGSM-U|attack_rate|0.732|
        table2|ImageNet|FGSM-U|DET_org|0.992|
        table2|ImageNet|FGSM-U|DET_sal|0.992|
        table2|ImageNet|FGSM-U|DET_IS|0.897|
        table2|ImageNet|FGSM-U|DET_GRED|0.957|
        table2|ImageNet|PGD-U|attack_rate|0.997|
        table2|ImageNet|PGD-U|DET_org|0.998|
        table2|ImageNet|PGD-U|DET_sal|0.999|
        table2|ImageNet|PGD-U|DET_IS|0.501|
        table2|ImageNet|PGD-U|DET_GRED|0.998|
        table2|ImageNet|PGD-T|attack_rate|0.99|
        table2|ImageNet|PGD-T|DET_org|0.998|
        table2|ImageNet|PGD-T|DET_sal|0.998|
        table2|ImageNet|PGD-T|DET_IS|0.55|
        table2|ImageNet|PGD-T|DET_GRED|0.997|
        table2|ImageNet|DFool-U|attack_rate|0.993|
        table2|ImageNet|DFool-U|DET_org|0.502|
        table2|ImageNet|DFool-U|DET_sal|0.503|
        table2|ImageNet|DFool-U|DET_IS|0.976|
        table2|ImageNet|DFool-U|DET_GRED|0.976|
        table2|ImageNet|CW-U|attack_rate|0.999|
        table2|ImageNet|CW-U|DET_org|0.502|
        table2|ImageNet|CW-U|DET_sal|0.502|
        table2|ImageNet|CW-U|DET_IS|0.943|
        table2|ImageNet|CW-U|DET_GRED|0.943|
        table2|ImageNet|CW-T|attack_rate|0.997|
        table2|ImageNet|CW-T|DET_org|0.501|
        table2|ImageNet|CW-T|DET_sal|0.503|
        table2|ImageNet|CW-T|DET_IS|0.953|
        table2|ImageNet|CW-T|DET_GRED|0.952|
        table2|ImageNet|DDN-U|attack_rate|1.0|
        table2|ImageNet|DDN-U|DET_org|0.502|
        table2|ImageNet|DDN-U|DET_sal|0.502|
        table2|ImageNet|DDN-U|DET_IS|0.979|
        table2|ImageNet|DDN-U|DET_GRED|0.979|
        table2|ImageNet|DDN-T|attack_rate|1.0|
        table2|ImageNet|DDN-T|DET_org|0.502|
        table2|ImageNet|DDN-T|DET_sal|0.502|
        table2|ImageNet|DDN-T|DET_IS|0.986|
        table2|ImageNet|DDN-T|DET_GRED|0.986|
        table3|MNIST|FGSM-U|attack_rate|0.173|
        table3|MNIST|FGSM-U|DET_org|1.0|
        table3|MNIST|FGSM-U|DET_sal|1.0|
        table3|MNIST|FGSM-U|DET_IS|0.773|
        table3|MNIST|FGSM-U|DET_GRED|0.977|
        table3|MNIST|PGD-U|attack_rate|0.114|
        table3|MNIST|PGD-U|DET_org|1.0|
        table3|MNIST|PGD-U|DET_sal|1.0|
        table3|MNIST|PGD-U|DET_IS|0.707|
        table3|MNIST|PGD-U|DET_GRED|0.966|
        table3|MNIST|PGD-T|attack_rate|0.433|
        table3|MNIST|PGD-T|DET_org|1.0|
        table3|MNIST|PGD-T|DET_sal|1.0|
        table3|MNIST|PGD-T|DET_IS|0.7|
        table3|MNIST|PGD-T|DET_GRED|0.945|
        table3|MNIST|DFool-U|attack_rate|1.0|Reads as the rate on the surrogate: such examples hardly transfer.
        table3|MNIST|DFool-U|DET_org|0.994|
        table3|MNIST|DFool-U|DET_sal|0.994|
        table3|MNIST|DFool-U|DET_IS|0.797|
        table3|MNIST|DFool-U|DET_GRED|0.994|
        table3|MNIST|CW-U|attack_rate|1.0|Reads as the rate on the surrogate: such examples hardly transfer.
        table3|MNIST|CW-U|DET_org|0.988|
        table3|MNIST|CW-U|DET_sal|0.982|
        table3|MNIST|CW-U|DET_IS|0.974|
        table3|MNIST|CW-U|DET_GRED|0.998|
        table3|MNIST|CW-T|attack_rate|0.882|
        table3|MNIST|CW-T|DET_org|0.971|
        table3|MNIST|CW-T|DET_sal|0.971|
        table3|MNIST|CW-T|DET_IS|0.777|
        table3|MNIST|CW-T|DET_GRED|0.967|
        table3|MNIST|DDN-U|attack_rate|1.0|Reads as the rate on the surrogate: such examples hardly transfer.
        table3|MNIST|DDN-U|DET_org|0.994|
        table3|MNIST|DDN-U|DET_sal|0.986|
        table3|MNIST|DDN-U|DET_IS|0.976|
        table3|MNIST|DDN-U|DET_GRED|0.998|
        table3|MNIST|DDN-T|attack_rate|1.0|Reads as the rate on the surrogate: such examples hardly transfer.
        table3|MNIST|DDN-T|DET_org|0.996|
        table3|MNIST|DDN-T|DET_sal|0.998|
        table3|MNIST|DDN-T|DET_IS|0.892|
        table3|MNIST|DDN-T|DET_GRED|0.996|
        table3|CIFAR10|FGSM-U|attack_rate|0.941|
        table3|CIFAR10|FGSM-U|DET_org|0.998|
        table3|CIFAR10|FGSM-U|DET_sal|1.0|
        table3|CIFAR10|FGSM-U|DET_IS|0.514|
        table3|CIFAR10|FGSM-U|DET_GRED|0.99|
        table3|CIFAR10|PGD-U|attack_rate|0.114|The same row stands under MNIST: probably copied.
        table3|CIFAR10|PGD-U|DET_org|1.0|The same row stands under MNIST: probably copied.
        table3|CIFAR10|PGD-U|DET_sal|1.0|The same row stands under MNIST: probably copied.
        table3|CIFAR10|PGD-U|DET_IS|0.707|The same row stands under MNIST: probably copied.
        table3|CIFAR10|PGD-U|DET_GRED|0.966|The same row stands under MNIST: probably copied.
        table3|CIFAR10|PGD-T|attack_rate|0.433|The same row stands under MNIST: probably copied.
        table3|CIFAR10|PGD-T|DET_org|1.0|The same row stands under MNIST: probably copied.
        table3|CIFAR10|PGD-T|DET_sal|1.0|The same row stands under MNIST: probably copied.
        table3|CIFAR10|PGD-T|DET_IS|0.7|The same row stands under MNIST: probably copied.
        table3|CIFAR10|PGD-T|DET_GRED|0.945|The same row stands under MNIST: probably copied.
        table3|CIFAR10|DFool-U|attack_rate|1.0|Reads as the rate on the surrogate: such examples hardly transfer.
        table3|CIFAR10|DFool-U|DET_org|0.502|
        table3|CIFAR10|DFool-U|DET_sal|0.5|
        table3|CIFAR10|DFool-U|DET_IS|0.93|
        table3|CIFAR10|DFool-U|DET_GRED|0.93|
        table3|CIFAR10|CW-U|attack_rate|1.0|Reads as the rate on the surrogate: such examples hardly transfer.
        table3|CIFAR10|CW-U|DET_org|0.493|
        table3|CIFAR10|CW-U|DET_sal|0.491|
        table3|CIFAR10|CW-U|DET_IS|0.941|
        table3|CIFAR10|CW-U|DET_GRED|0.941|
        table3|CIFAR10|CW-T|attack_rate|1.0|Reads as the rate on the surrogate: such examples hardly transfer.
        table3|CIFAR10|CW-T|DET_org|0.505|
        table3|CIFAR10|CW-T|DET_sal|0.514|
        table3|CIFAR10|CW-T|DET_IS|0.932|
        table3|CIFAR10|CW-T|DET_GRED|0.934|
        table3|CIFAR10|DDN-U|attack_rate|1.0|Reads as the rate on the surrogate: such examples hardly transfer.
        table3|CIFAR10|DDN-U|DET_org|0.507|
        table3|CIFAR10|DDN-U|DET_sal|0.495|
        table3|CIFAR10|DDN-U|DET_IS|0.945|
        table3|CIFAR10|DDN-U|DET_GRED|0.945|
        table3|CIFAR10|DDN-T|attack_rate|1.0|Reads as the rate on the surrogate: such examples hardly transfer.
        table3|CIFAR10|DDN-T|DET_org|0.511|
        table3|CIFAR10|DDN-T|DET_sal|0.507|
        table3|CIFAR10|DDN-T|DET_IS|0.952|
        table3|CIFAR10|DDN-T|DET_GRED|0.952|
        table3|ImageNet|FGSM-U|attack_rate|0.603|
        table3|ImageNet|FGSM-U|DET_org|0.996|
        table3|ImageNet|FGSM-U|DET_sal|0.991|
        table3|ImageNet|FGSM-U|DET_IS|0.5|
        table3|ImageNet|FGSM-U|DET_GRED|0.965|
        table3|ImageNet|PGD-U|attack_rate|0.114|The same row stands under MNIST: probably copied.
        table3|ImageNet|PGD-U|DET_org|1.0|The same row stands under MNIST: probably copied.
        table3|ImageNet|PGD-U|DET_sal|1.0|The same row stands under MNIST: probably copied.
        table3|ImageNet|PGD-U|DET_IS|0.707|The same row stands under MNIST: probably copied.
        table3|ImageNet|PGD-U|DET_GRED|0.966|The same row stands under MNIST: probably copied.
        table3|ImageNet|PGD-T|attack_rate|0.433|The same row stands under MNIST: probably copied.
        table3|ImageNet|PGD-T|DET_org|1.0|The same row stands under MNIST: probably copied.
        table3|ImageNet|PGD-T|DET_sal|1.0|The same row stands under MNIST: probably copied.
        table3|ImageNet|PGD-T|DET_IS|0.7|The same row stands under MNIST: probably copied.
        table3|ImageNet|PGD-T|DET_GRED|0.945|The same row stands under MNIST: probably copied.
        table3|ImageNet|DFool-U|attack_rate|0.979|
        table3|ImageNet|DFool-U|DET_org|0.503|
        table3|ImageNet|DFool-U|DET_sal|0.5|
        table3|ImageNet|DFool-U|DET_IS|0.946|
        table3|ImageNet|DFool-U|DET_GRED|0.946|
        table3|ImageNet|CW-U|attack_rate|1.0|Reads as the rate on the surrogate: such examples hardly transfer.
        table3|ImageNet|CW-U|DET_org|0.503|
        table3|ImageNet|CW-U|DET_sal|0.497|
        table3|ImageNet|CW-U|DET_IS|0.929|
        table3|ImageNet|CW-U|DET_GRED|0.929|
        table3|ImageNet|CW-T|attack_rate|1.0|Reads as the rate on the surrogate: such examples hardly transfer.
        table3|ImageNet|CW-T|DET_org|0.503|
        table3|ImageNet|CW-T|DET_sal|0.5|
        table3|ImageNet|CW-T|DET_IS|0.934|
        table3|ImageNet|CW-T|DET_GRED|0.931|
        table3|ImageNet|DDN-U|attack_rate|0.979|The row is DFool-U's but for one digit: probably copied.
        table3|ImageNet|DDN-U|DET_org|0.503|The row is DFool-U's but for one digit: probably copied.
        table3|ImageNet|DDN-U|DET_sal|0.495|The row is DFool-U's but for one digit: probably copied.
        table3|ImageNet|DDN-U|DET_IS|0.946|The row is DFool-U's but for one digit: probably copied.
        table3|ImageNet|DDN-U|DET_GRED|0.946|The row is DFool-U's but for one digit: probably copied.
        table3|ImageNet|DDN-T|attack_rate|1.0|Reads as the rate on the surrogate: such examples hardly transfer.
        table3|ImageNet|DDN-T|DET_org|0.497|
        table3|ImageNet|DDN-T|DET_sal|0.5|
        table3|ImageNet|DDN-T|DET_IS|0.939|
        table3|ImageNet|DDN-T|DET_GRED|0.939|
        table4|MNIST|FGSM-U|no_detector|0.271|
        table4|MNIST|FGSM-U|DET_IS|0.012|
        table4|MNIST|FGSM-U|DET_GRED|0.0|
        table4|MNIST|DFool-U|no_detector|1.0|
        table4|MNIST|DFool-U|DET_IS|0.828|
        table4|MNIST|DFool-U|DET_GRED|0.286|
        table4|MNIST|PGD-U|no_detector|1.0|
        table4|MNIST|PGD-U|DET_IS|0.871|
        table4|MNIST|PGD-U|DET_GRED|0.263|
        table4|MNIST|CW-U|no_detector|1.0|
        table4|MNIST|CW-U|DET_IS|0.0|
        table4|MNIST|CW-U|DET_GRED|0.008|
        table4|MNIST|DDN-U|no_detector|1.0|
        table4|MNIST|DDN-U|DET_IS|0.004|
        table4|MNIST|DDN-U|DET_GRED|0.941|
        table4|CIFAR10|FGSM-U|no_detector|0.315|
        table4|CIFAR10|FGSM-U|DET_IS|0.009|
        table4|CIFAR10|FGSM-U|DET_GRED|0.0|
        table4|CIFAR10|DFool-U|no_detector|1.0|
        table4|CIFAR10|DFool-U|DET_IS|0.738|
        table4|CIFAR10|DFool-U|DET_GRED|0.734|
        table4|CIFAR10|PGD-U|no_detector|0.945|
        table4|CIFAR10|PGD-U|DET_IS|0.805|
        table4|CIFAR10|PGD-U|DET_GRED|0.143|
        table4|CIFAR10|CW-U|no_detector|1.0|
        table4|CIFAR10|CW-U|DET_IS|0.009|
        table4|CIFAR10|CW-U|DET_GRED|0.023|
        table4|CIFAR10|DDN-U|no_detector|1.0|
        table4|CIFAR10|DDN-U|DET_IS|0.019|
        table4|CIFAR10|DDN-U|DET_GRED|0.014|
        table4|ImageNet|FGSM-U|no_detector|0.608|
        table4|ImageNet|FGSM-U|DET_IS|0.566|
        table4|ImageNet|FGSM-U|DET_GRED|0.18|
        table4|ImageNet|DFool-U|no_detector|0.995|
        table4|ImageNet|DFool-U|DET_IS|0.087|
        table4|ImageNet|DFool-U|DET_GRED|0.087|
        table4|ImageNet|PGD-U|no_detector|1.0|
        table4|ImageNet|PGD-U|DET_IS|0.359|
        table4|ImageNet|PGD-U|DET_GRED|0.425|
        table4|ImageNet|CW-U|no_detector|1.0|The same row stands under CIFAR10: probably copied.
        table4|ImageNet|CW-U|DET_IS|0.009|The same row stands under CIFAR10: probably copied.
        table4|ImageNet|CW-U|DET_GRED|0.023|The same row stands under CIFAR10: probably copied.
        table4|ImageNet|DDN-U|no_detector|1.0|
        table4|ImageNet|DDN-U|DET_IS|0.159|
        table4|ImageNet|DDN-U|DET_GRED|0.092|
        table5|MNIST|PGD-T|no_detector|1.0|
        table5|MNIST|PGD-T|DET_IS|1.0|
        table5|MNIST|PGD-T|DET_GRED|0.437|
        table5|MNIST|CW-T|no_detector|1.0|
        table5|MNIST|CW-T|DET_IS|0.18|
        table5|MNIST|CW-T|DET_GRED|0.471|
        table5|MNIST|DDN-T|no_detector|1.0|
        table5|MNIST|DDN-T|DET_IS|0.808|
        table5|MNIST|DDN-T|DET_GRED|0.392|
        table5|CIFAR10|PGD-T|no_detector|0.957|
        table5|CIFAR10|PGD-T|DET_IS|0.734|
        table5|CIFAR10|PGD-T|DET_GRED|0.463|
        table5|CIFAR10|CW-T|no_detector|1.0|
        table5|CIFAR10|CW-T|DET_IS|0.556|
        table5|CIFAR10|CW-T|DET_GRED|0.321|
        table5|CIFAR10|DDN-T|no_detector|1.0|
        table5|CIFAR10|DDN-T|DET_IS|1.0|
        table5|CIFAR10|DDN-T|DET_GRED|1.0|
        table5|ImageNet|PGD-T|no_detector|1.0|
        table5|ImageNet|PGD-T|DET_IS|0.456|
        table5|ImageNet|PGD-T|DET_GRED|0.485|
        table5|ImageNet|CW-T|no_detector|0.995|
        table5|ImageNet|CW-T|DET_IS|0.056|
        table5|ImageNet|CW-T|DET_GRED|0.015|
        table5|ImageNet|DDN-T|no_detector|1.0|
        table5|ImageNet|DDN-T|DET_IS|0.338|
        table5|ImageNet|DDN-T|DET_GRED|0.326|
        table6|MNIST|DDN-U|no_detector|0.787|
        table6|MNIST|DDN-U|DET_GRED|10.252|
        table6|CIFAR10|DFool-U|no_detector|0.291|
        table6|CIFAR10|DFool-U|DET_GRED|0.652|
        table6|CIFAR10|DDN-T|no_detector|0.45|
        table6|CIFAR10|DDN-T|DET_GRED|0.618|
        table7|MNIST|FGSM-U|adversarial_only|0.987|
        table7|MNIST|PGD-U|adversarial_only|0.973|
        table7|MNIST|PGD-T|adversarial_only|0.967|
        table7|MNIST|DFool-U|adversarial_only|0.994|
        table7|MNIST|CW-U|adversarial_only|0.992|
        table7|MNIST|CW-T|adversarial_only|0.994|
        table7|MNIST|DDN-U|adversarial_only|0.993|
        table7|MNIST|DDN-T|adversarial_only|0.992|
        table7|CIFAR10|FGSM-U|adversarial_only|0.864|
        table7|CIFAR10|PGD-U|adversarial_only|0.898|
        table7|CIFAR10|PGD-T|adversarial_only|0.86|
        table7|CIFAR10|DFool-U|adversarial_only|0.868|
        table7|CIFAR10|CW-U|adversarial_only|0.879|
        table7|CIFAR10|CW-T|adversarial_only|0.86|
        table7|CIFAR10|DDN-U|adversarial_only|0.881|
        table7|CIFAR10|DDN-T|adversarial_only|0.872|
        table7|ImageNet|FGSM-U|adversarial_only|0.702|
        table7|ImageNet|PGD-U|adversarial_only|0.81|
        table7|ImageNet|PGD-T|adversarial_only|0.807|
        table7|ImageNet|DFool-U|adversarial_only|0.868|
        table7|ImageNet|CW-U|adversarial_only|0.837|
        table7|ImageNet|CW-T|adversarial_only|0.768|
        table7|ImageNet|DDN-U|adversarial_only|0.87|
        table7|ImageNet|DDN-T|adversarial_only|0.844|
        table7|MNIST|FGSM-U|mixed|0.994|
        table7|MNIST|PGD-U|mixed|0.99|Cannot be: at most (1 + 0.973) / 2 = 0.9865.
        table7|MNIST|PGD-T|mixed|0.983|
        table7|MNIST|DFool-U|mixed|0.997|
        table7|MNIST|CW-U|mixed|0.995|
        table7|MNIST|CW-T|mixed|0.997|
        table7|MNIST|DDN-U|mixed|0.996|
        table7|MNIST|DDN-T|mixed|0.996|
        table7|CIFAR10|FGSM-U|mixed|0.933|Cannot be: at most (1 + 0.864) / 2 = 0.9320.
        table7|CIFAR10|PGD-U|mixed|0.949|
        table7|CIFAR10|PGD-T|mixed|0.93|
        table7|CIFAR10|DFool-U|mixed|0.943|Cannot be: at most (1 + 0.868) / 2 = 0.9340.
        table7|CIFAR10|CW-U|mixed|0.946|Cannot be: at most (1 + 0.879) / 2 = 0.9395.
        table7|CIFAR10|CW-T|mixed|0.934|Cannot be: at most (1 + 0.860) / 2 = 0.9300.
        table7|CIFAR10|DDN-U|mixed|0.948|Cannot be: at most (1 + 0.881) / 2 = 0.9405.
        table7|CIFAR10|DDN-T|mixed|0.949|Cannot be: at most (1 + 0.872) / 2 = 0.9360.
        table7|ImageNet|FGSM-U|mixed|0.826|
        table7|ImageNet|PGD-U|mixed|0.904|
        table7|ImageNet|PGD-T|mixed|0.904|
        table7|ImageNet|DFool-U|mixed|0.926|
        table7|ImageNet|CW-U|mixed|0.902|
        table7|ImageNet|CW-T|mixed|0.882|
        table7|ImageNet|DDN-U|mixed|0.93|
        table7|ImageNet|DDN-T|mixed|0.918|
        """
}
