// Families that read a text as a whole keep the contract, with each of their heads.
import { modelContract } from "../src/testkit.ts"
import { zoo } from "../src/Zoo.ts"
import { tinies } from "./tinies.ts"

modelContract(zoo.bert, tinies.bert)
modelContract(zoo.roberta, tinies.roberta)
modelContract(zoo.distilbert, tinies.distilbert)
