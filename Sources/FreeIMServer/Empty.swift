import GRDB
import Hummingbird
import CryptoExtras
import Yams
