/** Files of a model in Hugging Face's format. */
export const CONFIG = 'config.json';
export const TOKENIZER = 'tokenizer.json';
/** BERT's word pieces, a line each, in older models that have no `TOKENIZER`. */
export const VOCABULARY = 'vocab.txt';
export const TOKENIZER_CONFIG = 'tokenizer_config.json';
export const WEIGHTS = 'model.safetensors';
/** Which of several files has which tensor, where the weights are in more than one. */
export const WEIGHTS_INDEX = `${WEIGHTS}.index.json`;
